"""Rows of an uploaded file, one reader for each media type; `registry.py` lists them."""

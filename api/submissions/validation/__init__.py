"""Checks of rows against the register and the records, by kind of row; `api/submissions/validate.py` calls them."""

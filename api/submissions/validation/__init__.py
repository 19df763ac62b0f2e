"""Rows checked against the register and the records; `validate.py` is the entry."""

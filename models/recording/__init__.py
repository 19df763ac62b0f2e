"""Writes on both time axes; `bitemporal_update.py` is the entry."""

"""Lookups that uploaded rows are checked against."""

"""Filters in OGC CQL2, as text and as JSON, parsed into one tree and compiled to SQL with bound values."""

"""Filters in the Common Query Language of OGC (CQL2, 21-065r2), as text and as JSON, compiled to SQL.

Both forms are read into one tree, which knows nothing of our columns; the tree is compiled against the properties
that a collection may be asked by. What a client wrote reaches the database as bound values only.
"""

"""Tables in files, CSV and workbooks: which text stands in which cell, and nothing of what it means."""

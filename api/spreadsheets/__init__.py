"""Tables in files, CSV and XLSX: which text stands in which cell, and nothing of what it means."""

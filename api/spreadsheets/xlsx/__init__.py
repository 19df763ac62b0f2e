"""XLSX workbooks: checked first, then read by calamine."""

"""Cells of CSV files and workbooks (XLSX, XLS, ODS)."""

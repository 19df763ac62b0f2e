"""Reports as HTML, PDF and workbook, written in a subprocess."""

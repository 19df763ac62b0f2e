"""Charts and maps of reports."""

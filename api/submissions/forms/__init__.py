"""Forms and templates with the office's points filled in: XLSX, XLSForm, ODK submissions."""

"""Weekly updates: from the uploaded file to the result of each row; `service.py` is the entry."""

"""The weekly update: what country offices post, from the file as it came to what became of each row."""

"""One point of entry: history, changes and proposals."""

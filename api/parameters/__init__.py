"""Query parameters: their types, bounds, hints and errors."""

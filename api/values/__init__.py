"""The one reader each of a text, a number, a day and a moment, for addresses, filters, bodies, files and commands."""

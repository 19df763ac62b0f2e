"""Parsers of text, numbers, days and moments, shared by addresses, filters, bodies, files and commands."""

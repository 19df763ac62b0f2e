"""Telling subscribers of published changes."""

"""Servers and databases as processes to measure on."""

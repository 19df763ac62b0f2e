"""Analytical reports: figures, sections and editions."""

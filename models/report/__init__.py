"""Statements and figures of reports."""

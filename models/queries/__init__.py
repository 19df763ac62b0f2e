"""Statements behind collections, history, feeds and pages."""

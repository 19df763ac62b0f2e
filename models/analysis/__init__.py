"""Statements behind `api/analysis`: passability, accessibility, statistics, signals."""

"""Requests that need more than one collection: crossings, nearest, accessibility, statistics, signals, days."""

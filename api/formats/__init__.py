"""The forms in which features are given: pages and files."""

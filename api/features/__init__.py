"""OGC API - Features: collections, items and downloads as HTTP resources."""

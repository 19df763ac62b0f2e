"""Editing items one by one (OGC API - Features Part 4), through the same door as every submission."""

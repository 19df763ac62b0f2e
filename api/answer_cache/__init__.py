"""Finished answers, kept in front of everything else: asked again, the database is only asked for its revision."""

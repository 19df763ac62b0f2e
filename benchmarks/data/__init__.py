"""The contents of the databases that are measured."""

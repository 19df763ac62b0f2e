"""The requests that are measured, in the words of each server."""

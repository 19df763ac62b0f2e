"""Attacks on a running service: slow, hostile or many clients, a dead database, a full disk."""

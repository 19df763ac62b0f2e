"""Kinds of load on a server, and what each measures."""

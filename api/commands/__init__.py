"""The command line: one file for each group of commands; `cli.py` is the entry."""

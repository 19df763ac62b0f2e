"""The report of a run: tables, comparisons, goals and the machine."""

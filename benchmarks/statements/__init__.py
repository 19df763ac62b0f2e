"""The SQL statements behind requests, timed alone."""

"""Who calls and what the key may do; the transactions of a request, which depend on both."""

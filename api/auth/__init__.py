"""Keys, the rights of a caller, and the transactions of a request, which depend on both."""

"""The private PostgreSQL of a checkout: find it, create it, start it, watch it."""

"""A process of its own for large uploads, started on demand."""

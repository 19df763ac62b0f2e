"""Queues, slots, locks, bounded caches and child processes, without HTTP and without a database."""

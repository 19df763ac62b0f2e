"""Who calls, and what is noted of those who may not."""

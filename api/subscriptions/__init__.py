"""Ways to follow changes: feeds and webhooks."""

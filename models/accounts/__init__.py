"""Offices, keys, audit trail, submissions and webhooks."""

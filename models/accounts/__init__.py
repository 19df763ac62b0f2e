"""Offices, keys, audit, submissions and webhooks: statements and writes about accounts."""

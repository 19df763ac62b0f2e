"""Webhooks: registration, outbox, signed delivery."""

"""Webhooks: messages posted to an office's own address. `api/webhook_sender.py` sends them."""

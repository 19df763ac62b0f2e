"""Signature by which a receiver verifies that a message is ours."""

import datetime as dt
import hashlib
import hmac

from api.server_secret import derive_secret


def derive_signing_secret(webhook_id: int) -> str:
    """Return the signing secret that the office received when it created the webhook."""
    return f"whsec_{derive_secret(f'webhook {webhook_id}')}"


def sign_body(secret: str, body: bytes, at: dt.datetime) -> str:
    """Return the Crossings-Signature of a body sent at the time `at`.

    Its format is `t=<unix time>,v1=<HMAC-SHA256 of "t.body", in hex>`.
    """
    moment = str(int(at.timestamp()))
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"

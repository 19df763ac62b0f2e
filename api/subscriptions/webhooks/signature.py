"""Signature by which a receiver verifies that a message is ours."""

import datetime as dt
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from api.settings import get_settings

SECRET_BYTES = 32


def derive_secret(purpose: str) -> str:
    """Derive the secret of the purpose: always the same, so it needs no storage."""
    return hmac.new(_load_server_secret(), purpose.encode(), hashlib.sha256).hexdigest()


def _load_server_secret() -> bytes:
    """Read CROSSINGS_SECRET, or a file in the data directory, which is created if missing."""
    if secret := get_settings().crossings_secret:
        return secret.get_secret_value().encode()
    file = get_settings().crossings_data_dir.expanduser() / "secret"
    if not file.exists():
        _create_secret_file(file)
    return file.read_bytes()


def _create_secret_file(file: Path) -> None:
    """Create the file atomically, readable by its owner alone; the first of several processes wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix="secret.") as new:
        new.write(secrets.token_hex(SECRET_BYTES).encode())
        new.flush()
        os.fsync(new.fileno())
        try:
            os.link(new.name, file)
        except FileExistsError:
            return


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

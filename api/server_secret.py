"""The secret of this installation, from which other secrets are derived instead of stored."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from api.settings import settings

SECRET_BYTES = 32


def derived_secret(purpose: str) -> str:
    """Derive the secret of the purpose: always the same, so it needs no storage."""
    return hmac.new(_server_secret(), purpose.encode(), hashlib.sha256).hexdigest()


def _server_secret() -> bytes:
    """Read CROSSINGS_SECRET, or a file in the data directory, which is created if missing."""
    if secret := settings().crossings_secret:
        return secret.get_secret_value().encode()
    file = settings().crossings_data_dir.expanduser() / "secret"
    if not file.exists():
        _make(file)
    return file.read_bytes()


def _make(file: Path) -> None:
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

"""The secret of this installation, from which other secrets are derived instead of stored."""

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

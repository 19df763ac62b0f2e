"""The secret of this installation, from which it makes those it gives out instead of storing them."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from api.settings import settings

SECRET_BYTES = 32


def derived_secret(purpose: str) -> str:
    """A secret for the purpose, always the same one: it need not be kept to be known again."""
    return hmac.new(_server_secret(), purpose.encode(), hashlib.sha256).hexdigest()


def _server_secret() -> bytes:
    """CROSSINGS_SECRET, or the content of a file in the data directory, which is made if it is not there."""
    if given := settings().crossings_secret:
        return given.get_secret_value().encode()
    file = settings().crossings_data_dir.expanduser() / "secret"
    if not file.exists():
        _make(file)
    return file.read_bytes()


def _make(file: Path) -> None:
    """Make the file whole or not at all, readable by its owner alone; the first of several processes wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix="secret.") as new:
        new.write(secrets.token_hex(SECRET_BYTES).encode())
        new.flush()
        os.fsync(new.fileno())
        try:
            os.link(new.name, file)
        except FileExistsError:
            return

"""API keys: `crossings_<prefix>_<secret>`. The prefix is public; the secret is shown once, and only its hash stored."""

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass, field
from typing import Self

KEY_PATTERN = re.compile(r"crossings_(?P<prefix>[a-z0-9]{8})_(?P<secret>[A-Za-z0-9_-]{43})")
PREFIX_PATTERN = re.compile(r"[a-z0-9]{8}")
PREFIX_CHARACTERS = string.ascii_lowercase + string.digits
SECRET_BYTES = 32
NO_HASH = bytes(32)


class InvalidKey(ValueError):
    """Text without the format of a key. The message does not repeat the text: it may be a key with one typo."""


@dataclass(frozen=True, slots=True)
class Key:
    """API key. Its representation omits the secret, so that no log or traceback shows it."""

    prefix: str
    secret: str = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """Generate a new key of 256 random bits."""
        return cls("".join(secrets.choice(PREFIX_CHARACTERS) for _ in range(8)), secrets.token_urlsafe(SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a submitted key. Raises NotAKey."""
        match = KEY_PATTERN.fullmatch(text.strip())
        if match is None:
            raise InvalidKey("invalid key format")
        return cls(match["prefix"], match["secret"])

    def format(self) -> str:
        """Format the full key, to be shown once."""
        return f"crossings_{self.prefix}_{self.secret}"

    def secret_sha256(self) -> bytes:
        """Compute the stored hash of the secret. A slow hash would add nothing: 256 random bits cannot be guessed."""
        return hashlib.sha256(self.secret.encode()).digest()

    def matches_hash(self, stored: bytes | None) -> bool:
        """Return whether the stored hash is of this secret. None, for an unknown prefix, takes as long to refuse."""
        same = hmac.compare_digest(self.secret_sha256(), NO_HASH if stored is None else stored)
        return same and stored is not None

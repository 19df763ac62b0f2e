"""API keys: `crossings_<prefix>_<secret>`. The prefix is public; the secret is shown once, and only its hash kept."""

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass, field
from typing import Self

FORM = re.compile(r"crossings_(?P<prefix>[a-z0-9]{8})_(?P<secret>[A-Za-z0-9_-]{43})")
PREFIX = re.compile(r"[a-z0-9]{8}")
IN_PREFIX = string.ascii_lowercase + string.digits
SECRET_BYTES = 32
NO_HASH = bytes(32)


class NotAKey(ValueError):
    """The text has not the form of a key. The message does not repeat it: it may be a key with one letter wrong."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key. Its secret is left out of its representation, so that no log or traceback shows it."""

    prefix: str
    secret: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """A key nobody has had, of 256 random bits."""
        return cls("".join(secrets.choice(IN_PREFIX) for _ in range(8)), secrets.token_urlsafe(SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that was written. Raises NotAKey."""
        found = FORM.fullmatch(text.strip())
        if found is None:
            raise NotAKey("it has not the form of a key")
        return cls(found["prefix"], found["secret"])

    def text(self) -> str:
        """The key in full, to be shown once."""
        return f"crossings_{self.prefix}_{self.secret}"

    def secret_sha256(self) -> bytes:
        """What is kept of the secret. With 256 random bits there is nothing to guess that a slow hash would protect."""
        return hashlib.sha256(self.secret.encode()).digest()

    def proves(self, kept: bytes | None) -> bool:
        """Whether the hash kept is of this secret. None, for a key that is not known, takes as long to refuse."""
        same = hmac.compare_digest(self.secret_sha256(), NO_HASH if kept is None else kept)
        return same and kept is not None

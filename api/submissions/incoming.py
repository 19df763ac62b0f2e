"""A submission before it is read."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Incoming:
    """A submission as it came in; an empty Idempotency-Key is none.

    `sent` is what the sender sent where `body` was made of it. `adds_item` is True for one new item of a collection.
    """

    body: bytes
    media_type: str
    file_name: str | None = None
    partial: bool = False
    idempotency_key: str | None = None
    sent: bytes | None = None
    adds_item: bool = False

    @property
    def digest(self) -> bytes:
        """What makes two submissions the same: their bytes, and whether good rows go in without the bad."""
        sent = self.body if self.sent is None else self.sent
        return hashlib.sha256(sent + (b"partial" if self.partial else b"")).digest()

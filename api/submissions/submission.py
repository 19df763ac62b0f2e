"""Submission before its file is read."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IncomingSubmission:
    """Submission as received; an empty Idempotency-Key counts as no key.

    `sent` is the sender's body if `body` was built from it. `adds_item` is True for one new item of a collection.
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
        """Hash of the sender's bytes and of `partial`; two submissions with one hash are equal."""
        sent = self.body if self.sent is None else self.sent
        return hashlib.sha256(sent + (b"partial" if self.partial else b"")).digest()

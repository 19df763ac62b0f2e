"""Destination of snapshots: a folder, or part of an S3 bucket, through one interface (obstore)."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from api.exceptions import UserError

Store = LocalStore | MemoryStore | S3Store
YEAR_S = 31_536_000
MINUTE_S = 60
# A part of a large file, 5 MB, over a connection of 0.2 Mbit/s.
REQUEST_TIMEOUT = timedelta(minutes=4)
MAX_RETRIES = 5
CONCURRENT_PARTS = 4
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
# Paths of Amazon's metadata service, requested if the environment has no credentials; other machines do not answer.
METADATA_SERVICE_PATH = re.compile("/latest/(api/token|meta-data)")


class PublishingError(UserError):
    """A place that cannot be used; the message has its address and the reason."""


class ObjectStore:
    """Folder or bucket of snapshots; messages show its `address`. All methods raise CannotPublish on failure."""

    def __init__(self, store: Store, address: str) -> None:
        self.store = store
        self.address = address

    @classmethod
    def open(cls, to: str) -> "ObjectStore":
        """Open the place at this address: a folder, created if missing, or s3://bucket/prefix."""
        if re.match(r"s3://[^/]", to):
            return cls._open_bucket(to)
        if not to or re.match(r"[A-Za-z][\w+.-]+:", to):
            raise PublishingError(f"unsupported address {to!r}; expected a folder or s3://bucket/prefix")
        with _wrap_store_errors(to):
            return cls(LocalStore(Path(to).expanduser().absolute(), mkdir=True), to)

    @classmethod
    def _open_bucket(cls, to: str) -> "ObjectStore":
        """Open the bucket with the environment variables of Amazon's tools; an endpoint with http:// allows HTTP."""
        endpoint = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), "")
        with _wrap_store_errors(to):
            store = S3Store.from_url(
                to,
                client_options={"allow_http": endpoint.startswith("http://"), "timeout": REQUEST_TIMEOUT},
                retry_config={"max_retries": MAX_RETRIES},
            )
        return cls(store, to)

    async def list_sizes(self, folder: str) -> dict[str, int]:
        """List all objects in the folder and below: size in bytes by path."""
        with _wrap_store_errors(self.address):
            return {
                each["path"]: each["size"] async for several in obstore.list(self.store, folder) for each in several
            }

    async def read(self, path: str) -> bytes | None:
        """Read the object; None if it is missing."""
        with _wrap_store_errors(self.address):
            try:
                result = await obstore.get_async(self.store, path)
            except FileNotFoundError:
                return None
            return bytes(await result.bytes_async())

    async def put(self, path: str, content: bytes | Path, media_type: str, *, max_age_s: int) -> None:
        """Put an object, replacing an existing one atomically: no reader sees a part of it."""
        about = {"Content-Type": media_type, "Cache-Control": f"public, max-age={max_age_s}"}
        # A local folder cannot store attributes.
        attributes = None if isinstance(self.store, LocalStore) else about
        with _wrap_store_errors(f"{self.address}, {path}"):
            await obstore.put_async(self.store, path, content, attributes=attributes, max_concurrency=CONCURRENT_PARTS)


@contextmanager
def _wrap_store_errors(what: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise PublishingError(f"cannot publish to {what}: {_extract_reason(str(error))}") from error


def _extract_reason(error_text: str) -> str:
    """Return the store's error in one line: S3 responds with pages of XML."""
    if METADATA_SERVICE_PATH.search(error_text):
        return "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    message = re.search(r"<Message>(.*?)</Message>", error_text, re.DOTALL)
    return message[1] if message else (error_text.strip() or "it failed").splitlines()[0]

"""Cache on disk of downloaded files, until the data changes: for clients that read a file in ranges.

GDAL reads a GeoPackage over HTTP in dozens of ranges. When each range wrote the file again, this took half a minute,
and the ranges came from different files.
"""

import asyncio
import hashlib
import shutil
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from api.concurrency.fair_queue import FairQueue
from api.responses.etag import has_matching_tag
from api.responses.ranged_file import RangedFileResponse
from api.responses.spool_space import SpoolRoom
from api.settings import get_settings

MAX_FILES = 64
# Day, collection, format and parameters. The cache holds the file of one moment for each key.
CacheKey = tuple[Any, ...]


@dataclass(slots=True, eq=False)
class CachedFile:
    """Cached file with the headers of every response that sends it; `users` counts the responses in progress."""

    knowledge: object
    path: Path
    headers: Mapping[str, str]
    media_type: str
    bytes: int
    users: int = 0
    is_dropped: bool = False


class FileCache:
    """Cache of at most `max_bytes` of files, including files in use. It drops the least recently used files first."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._files: OrderedDict[CacheKey, CachedFile] = OrderedDict()
        self._locks: WeakValueDictionary[CacheKey, asyncio.Lock] = WeakValueDictionary()

    def get_write_lock(self, name: CacheKey) -> asyncio.Lock:
        """Return the lock to hold for lookup and writing of the file, so that concurrent requests write it once."""
        return self._locks.setdefault(name, asyncio.Lock())

    def find(self, name: CacheKey, knowledge: object) -> CachedFile | None:
        """Return the file if it was written from the data of this moment, or None."""
        file = self._files.get(name)
        if file is None or file.knowledge != knowledge:
            return None
        self._files.move_to_end(name)
        return file

    async def keep(
        self, name: CacheKey, knowledge: object, path: Path, headers: Mapping[str, str], media_type: str
    ) -> bool:
        """Store the file in place of an older file of the name; False if there is no room for it."""
        size, tag = await asyncio.to_thread(_compute_size_and_tag, path)
        if name in self._files:
            self._drop(name)
        for other in [other for other, file in self._files.items() if not file.users]:
            if len(self._files) < MAX_FILES and self.bytes + size <= self.max_bytes:
                break
            self._drop(other)
        if len(self._files) >= MAX_FILES or self.bytes + size > self.max_bytes:
            return False
        cached = {**headers, "ETag": tag, "Cache-Control": "no-cache"}
        self._files[name] = CachedFile(knowledge, path, cached, media_type, size)
        self.bytes += size
        return True

    def response(self, request: Request, file: CachedFile) -> Response:
        """Return a response with the file, or with the requested ranges; 304 if the client has the file (RFC 9110, 13
        and 14).
        """
        if has_matching_tag(request, file.headers["ETag"]):
            return Response(status_code=304, headers=dict(file.headers))
        return _CachedFileResponse(self, file)

    def let_go(self, file: CachedFile) -> None:
        file.users -= 1
        if file.is_dropped and not file.users:
            self._remove(file)

    def clear(self) -> None:
        """Drop all files."""
        for name in list(self._files):
            self._drop(name)

    def _drop(self, name: CacheKey) -> None:
        file = self._files.pop(name)
        file.is_dropped = True
        if not file.users:
            self._remove(file)

    def _remove(self, file: CachedFile) -> None:
        self.bytes -= file.bytes
        shutil.rmtree(file.path.parent, ignore_errors=True)


class _CachedFileResponse(RangedFileResponse):
    """Response that sends the file. The file stays on disk until it is sent, even if another file replaces it."""

    def __init__(self, files: FileCache, file: CachedFile) -> None:
        self.files = files
        self.file = file
        super().__init__(file.path, headers=file.headers, media_type=file.media_type)
        file.users += 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.files.let_go(self.file)


def _compute_size_and_tag(path: Path) -> tuple[int, str]:
    """Compute size and entity tag from the bytes: another process may have written an equal file."""
    with path.open("rb") as file:
        return path.stat().st_size, f'"{hashlib.file_digest(file, "sha256").hexdigest()[:32]}"'


MAX_WAITING = 100
MAX_WAIT_S = 30
# Two downloads keep a processor busy. When downloads had half of the pool, other requests took three times as long
# (benchmarks/overload, slow-clients).
MAX_CONCURRENT_DOWNLOADS = 2
MAX_CONCURRENT_PAGES = 3
PAUSE_S, MAX_PAUSES = 0.002, 10
MEMORY_BYTES = 8_000_000


class Downloads:
    """Slots for two downloads, or for half of a smaller pool, so that other requests find connections.
    CROSSINGS_SPOOL_BYTES limits the disk space.

    `is_busy` returns whether other requests of the process are waiting for its event loop.
    """

    def __init__(self, is_busy: Callable[[], bool]) -> None:
        places = max(1, min(MAX_CONCURRENT_DOWNLOADS, get_settings().crossings_pool_size // 2))
        self.is_busy = is_busy
        self.queue = FairQueue(
            "Too many downloads are waiting for clients to read them.", places, MAX_WAITING, MAX_WAIT_S
        )
        self.pages = FairQueue(
            "Too many large pages are waiting for clients to read them.", MAX_CONCURRENT_PAGES, MAX_WAITING, MAX_WAIT_S
        )
        self.room = SpoolRoom(get_settings().crossings_spool_bytes, MEMORY_BYTES)
        self.kept = FileCache(get_settings().crossings_kept_files_bytes)

    async def wait_while_busy(self) -> None:
        """Wait until the process is not busy, 20 ms at most. To be called between parts of a file."""
        for _ in range(MAX_PAUSES):
            if not self.is_busy():
                return
            await asyncio.sleep(PAUSE_S)


def get_downloads(request: Request) -> Downloads:
    """Return the downloads of the process that handles the request."""
    downloads: Downloads = request.app.state.downloads
    return downloads

"""Limits that the downloads and large pages of one process share: concurrent reads and disk space."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from fastapi import Request

from api.formats.kept_files import FileCache
from api.http.client import get_client_address
from api.http.spool_room import SpoolRoom
from api.server.fair_queue import FairQueue
from api.settings import get_settings

MAX_WAITING = 100
MAX_WAIT_S = 30
# Two downloads keep a processor busy. When downloads had half of the pool, other requests took three times as long
# (benchmarks/overload, slow-clients).
MAX_CONCURRENT_DOWNLOADS = 2
MAX_CONCURRENT_PAGES = 3
# A GIS requests a thousand features at a time. Ten thousand take a quarter of a second of a processor.
MAX_SMALL_PAGE_ROWS, MAX_SMALL_HTML_PAGE_ROWS = 1_000, 200
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
        self.queue = FairQueue("Too many downloads are waiting to be read.", places, MAX_WAITING, MAX_WAIT_S)
        self.pages = FairQueue(
            "Too many large pages are waiting to be read.", MAX_CONCURRENT_PAGES, MAX_WAITING, MAX_WAIT_S
        )
        self.room = SpoolRoom(get_settings().crossings_spool_bytes, MEMORY_BYTES)
        self.kept = FileCache(get_settings().crossings_kept_files_bytes)

    async def wait_while_busy(self) -> None:
        """Wait until the process is not busy, 20 ms at most. To be called between parts of a file."""
        for _ in range(MAX_PAUSES):
            if not self.is_busy():
                return
            await asyncio.sleep(PAUSE_S)


def acquire_page_slot(request: Request, rows: int, form: str) -> AbstractAsyncContextManager[None]:
    """Return a slot for a page of at most `rows` rows, or raise Overloaded; a small page needs no slot."""
    if rows <= (MAX_SMALL_HTML_PAGE_ROWS if form == "html" else MAX_SMALL_PAGE_ROWS):
        return nullcontext()
    return get_downloads(request).pages.acquire_place(get_client_address(request))


def get_downloads(request: Request) -> Downloads:
    """Return the downloads of the process that handles the request."""
    downloads: Downloads = request.app.state.downloads
    return downloads

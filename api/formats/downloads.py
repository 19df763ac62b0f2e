"""Limits that the downloads and large pages of one process share: concurrent reads and disk space."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from fastapi import Request

from api.formats.kept_files import KeptFiles
from api.http.client import client_of
from api.http.spool_room import SpoolRoom
from api.server.fair_queue import FairQueue
from api.settings import settings

MAX_WAITING = 100
MAX_WAIT_S = 30
# Two downloads keep a processor busy. When downloads had half of the pool, other requests took three times as long
# (benchmarks/overload, slow-clients).
MAX_READING = 2
PAGES_READ_AT_ONCE = 3
# A GIS requests a thousand features at a time. Ten thousand take a quarter of a second of a processor.
MOST_ROWS_OF_A_SMALL_PAGE, MOST_ROWS_OF_A_SMALL_HTML_PAGE = 1_000, 200
PAUSE_S, MAX_PAUSES = 0.002, 10
MEMORY_BYTES = 8_000_000


class Downloads:
    """Slots for two downloads, or for half of a smaller pool, so that other requests find connections.
    CROSSINGS_SPOOL_BYTES limits the disk space.

    `is_busy` returns whether other requests of the process are waiting for its event loop.
    """

    def __init__(self, is_busy: Callable[[], bool]) -> None:
        places = max(1, min(MAX_READING, settings().crossings_pool_size // 2))
        self.is_busy = is_busy
        self.queue = FairQueue("Too many downloads are waiting to be read.", places, MAX_WAITING, MAX_WAIT_S)
        self.pages = FairQueue(
            "Too many large pages are waiting to be read.", PAGES_READ_AT_ONCE, MAX_WAITING, MAX_WAIT_S
        )
        self.room = SpoolRoom(settings().crossings_spool_bytes, MEMORY_BYTES)
        self.kept = KeptFiles(settings().crossings_kept_files_bytes)

    async def give_way(self) -> None:
        """Wait until the process is not busy, 20 ms at most. To be called between parts of a file."""
        for _ in range(MAX_PAUSES):
            if not self.is_busy():
                return
            await asyncio.sleep(PAUSE_S)


def place_of_page(request: Request, rows: int, form: str) -> AbstractAsyncContextManager[None]:
    """Return a slot for a page of at most `rows` rows, or raise Overloaded; a small page needs no slot."""
    if rows <= (MOST_ROWS_OF_A_SMALL_HTML_PAGE if form == "html" else MOST_ROWS_OF_A_SMALL_PAGE):
        return nullcontext()
    return downloads_of(request).pages.acquire_place(client_of(request))


def downloads_of(request: Request) -> Downloads:
    """Return the downloads of the process that handles the request."""
    downloads: Downloads = request.app.state.downloads
    return downloads

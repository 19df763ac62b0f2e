"""What the downloads of one process share, and its large pages: how many are read at once; their room on disk."""

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
# Two keep a processor busy. With half of the pool, others were answered three times slower
# (benchmarks/overload, slow-clients).
MAX_READING = 2
PAGES_READ_AT_ONCE = 3
# A thousand features are what a GIS asks for at a time. Ten thousand take a quarter of a second of a processor.
MOST_ROWS_OF_A_SMALL_PAGE, MOST_ROWS_OF_A_SMALL_HTML_PAGE = 1_000, 200
PAUSE_S, MAX_PAUSES = 0.002, 10
MEMORY_BYTES = 8_000_000


class Downloads:
    """Places for two, or half of a smaller pool, so that others find connections; the room is CROSSINGS_SPOOL_BYTES.

    `is_busy` says whether the process has something to do for which somebody waits now.
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
    """Return a place for a page of at most `rows` rows; a small page needs none. Raises Overloaded."""
    if rows <= (MOST_ROWS_OF_A_SMALL_HTML_PAGE if form == "html" else MOST_ROWS_OF_A_SMALL_PAGE):
        return nullcontext()
    return downloads_of(request).pages.place(client_of(request))


def downloads_of(request: Request) -> Downloads:
    """The downloads of the process that answers the request."""
    downloads: Downloads = request.app.state.downloads
    return downloads

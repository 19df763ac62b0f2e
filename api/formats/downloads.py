"""What the downloads of one process share: how many read from the database at once, and their room on disk."""

from fastapi import Request

from api.http.spool_room import SpoolRoom
from api.server.fair_queue import FairQueue
from api.settings import settings

MAX_WAITING = 100
MAX_WAIT_S = 30
MEMORY_BYTES = 8_000_000


class Downloads:
    """Places for half of a pool's connections, so that others find some; the room is CROSSINGS_SPOOL_BYTES."""

    def __init__(self) -> None:
        places = max(1, settings().crossings_pool_size // 2)
        self.queue = FairQueue("Too many downloads are waiting to be read.", places, MAX_WAITING, MAX_WAIT_S)
        self.room = SpoolRoom(settings().crossings_spool_bytes, MEMORY_BYTES)


def downloads_of(request: Request) -> Downloads:
    """The downloads of the process that answers the request."""
    downloads: Downloads = request.app.state.downloads
    return downloads

"""Taking in a file: one transaction, all rows or none, and the same file a second time changes nothing."""

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from api.load.complaint import Loaded


class Intake:
    """A file on its way in: its rows, the complaints about them, and the connection on which it is recorded."""

    def __init__(self, connection: AsyncConnection, path: Path, recorded_at: dt.datetime) -> None:
        self.connection = connection
        self.path = path
        self.recorded_at = recorded_at
        self.loaded = Loaded(path.name)


Load = Callable[[Intake], Awaitable[None]]

"""Trace a read that no cache can answer: the files of the packages that it enters, and those that receive its day.

Usage: .venv/bin/python scripts/trace_read.py

It serves a new database with one point in this process, requests `items?country=FJI&datetime=2020-04-15` over HTTP, and
notes the functions that are called from the request to the last byte of the response. A file receives the day if an
argument of one of its functions is the day: not the request, its parameters or the query that have it as a member.
"""

import asyncio
import datetime as dt
import os
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
with socket.create_server(("127.0.0.1", 0)) as free:
    os.environ["PORT"] = str(free.getsockname()[1])

from helpers.factories import add_poe  # noqa: E402
from private_database import open_private_database, print_places  # noqa: E402

from api.database.engine import build_engine  # noqa: E402
from api.server import run  # noqa: E402
from models.tables.bitemporal import Days  # noqa: E402

DAY = "2020-04-15"
ADDRESS = f"http://127.0.0.1:{os.environ['PORT']}/collections/points-of-entry/items"
ROOMS = ("api/", "models/", "geo/")


class ReadTrace:
    """Files in the order in which the request enters them, each with its first function.

    Tasks that ran before the request are left out, such as the server's look at its connections each second: a request
    has tasks of its own.
    """

    def __init__(self) -> None:
        self.is_on = False
        self.earlier_tasks: set[asyncio.Task[Any]] = set()
        self.entered: dict[str, str] = {}
        self.with_day: dict[str, str] = {}

    def profile(self, frame: FrameType, event: str, _: object) -> None:
        """Follow a call of our code; a hook for `sys.setprofile`."""
        code = frame.f_code
        if not self.is_on or event != "call" or not code.co_filename.startswith(str(ROOT)):
            return
        file = str(Path(code.co_filename).relative_to(ROOT))
        if not file.startswith(ROOMS) or self._is_in_earlier_task():
            return
        sys.setprofile(None)
        self.entered.setdefault(file, code.co_name)
        arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        if file not in self.with_day and any(is_day(frame.f_locals.get(name)) for name in arguments):
            self.with_day[file] = code.co_name
        sys.setprofile(self.profile)

    def _is_in_earlier_task(self) -> bool:
        return threading.current_thread() is threading.main_thread() and asyncio.current_task() in self.earlier_tasks


def is_day(value: object) -> bool:
    """Return whether the value is the day: its text, its date, or the interval of that day."""
    if isinstance(value, str):
        return value == DAY
    if isinstance(value, dt.date):
        return value.isoformat()[:10] == DAY
    return isinstance(value, Days) and is_day(value.first)


async def trace_read(address: str) -> ReadTrace:
    """Serve the database, and request the items with the profiler on."""
    trace = ReadTrace()
    engine = build_engine(address)
    async with engine.begin() as connection:
        await add_poe(connection)
    await engine.dispose()
    # It would load all shipped data first.
    run.seed_database = skip_seeding  # type: ignore[assignment]
    serving = asyncio.create_task(run.serve_http(address, None))
    async with httpx.AsyncClient(timeout=60) as client:
        await wait_until_served(client)
        # Once before with another day, for modules and pools that are opened on first use.
        (await client.get(ADDRESS, params={"country": "FJI", "datetime": "2020-04-14"})).raise_for_status()
        threading.setprofile(trace.profile)
        sys.setprofile(trace.profile)
        trace.earlier_tasks = asyncio.all_tasks()
        trace.is_on = True
        (await client.get(ADDRESS, params={"country": "FJI", "datetime": DAY})).raise_for_status()
        trace.is_on = False
        sys.setprofile(None)
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    return trace


async def skip_seeding(_: str) -> None:
    """Leave the database as it is."""


async def wait_until_served(client: httpx.AsyncClient) -> None:
    while True:
        with suppress(httpx.TransportError):
            (await client.get(ADDRESS)).raise_for_status()
            return
        await asyncio.sleep(0.1)


def main() -> None:
    """Trace the read on a private server."""
    with open_private_database() as address:
        trace = asyncio.run(trace_read(address))
    print_places("files entered", trace.entered)
    print_places("files that receive the day", trace.with_day)


if __name__ == "__main__":
    main()

"""Crossings itself, and an empty route behind the same web server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers.served import Place, Served
from benchmarks.servers.process import free_port, running

UNCACHED, CACHED, EMPTY = "Crossings, uncached", "Crossings", "empty FastAPI route"
COMMAND = str(Path(sys.executable).with_name("crossings"))


@contextmanager
def uncached(place: Place) -> Iterator[Served]:
    with served(place, UNCACHED, CROSSINGS_CACHE_BYTES="0") as one:
        yield one


@contextmanager
def cached(place: Place) -> Iterator[Served]:
    with served(place, CACHED) as one:
        yield one


@contextmanager
def served(place: Place, name: str, **more: str) -> Iterator[Served]:
    """The service on the database, as `crossings serve` starts it; `more` are settings."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"DATABASE_URL": place.database, "PORT": str(port)} | more
    log = place.scratch / "crossings.log"
    with running([COMMAND, "serve"], ready=f"{address}/health/ready", log=log, more=settings) as process:
        yield Served(name, address, process)


@contextmanager
def empty_route(place: Place) -> Iterator[Served]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "benchmarks.servers.empty_route", str(port)]
    with running(command, ready=address, log=place.scratch / "empty.log") as process:
        yield Served(EMPTY, address, process)

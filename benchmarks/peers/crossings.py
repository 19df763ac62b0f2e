"""Crossings itself, and an empty route behind the same web server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers.served import Place, Served
from benchmarks.servers.process import find_free_port, run_process

UNCACHED, CACHED, EMPTY = "Crossings, uncached", "Crossings", "empty FastAPI route"
COMMAND = str(Path(sys.executable).with_name("crossings"))


@contextmanager
def run_uncached(place: Place) -> Iterator[Served]:
    with run_crossings(place, UNCACHED, CROSSINGS_CACHE_BYTES="0") as one:
        yield one


@contextmanager
def run_cached(place: Place) -> Iterator[Served]:
    with run_crossings(place, CACHED) as one:
        yield one


@contextmanager
def run_crossings(place: Place, name: str, **more: str) -> Iterator[Served]:
    """The service on the database, as `crossings serve` starts it; `more` are settings."""
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"DATABASE_URL": place.database, "PORT": str(port)} | more
    log = place.scratch / "crossings.log"
    with run_process([COMMAND, "serve"], ready=f"{address}/health/ready", log=log, more=settings) as process:
        yield Served(name, address, process)


@contextmanager
def run_empty_route(place: Place) -> Iterator[Served]:
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "benchmarks.servers.empty_route", str(port)]
    with run_process(command, ready=address, log=place.scratch / "empty.log") as process:
        yield Served(EMPTY, address, process)

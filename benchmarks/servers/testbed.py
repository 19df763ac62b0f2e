"""A database that runs, with everything that is measured on it: places to ask about, servers, random paths."""

import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.embedded.cluster import PrivateCluster
from api.database.engine import build_engine
from benchmarks.data.places import DAY, Places, Sizes, find_places
from benchmarks.database import WHILE_LOADING, fill_database
from benchmarks.peers.served import Place, Served, Start
from benchmarks.peers.shared_schema import create_schema
from benchmarks.servers.process import read_parent

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Testbed:
    """The database of a place, and what can be asked and started on it; `postmaster` is the database's process."""

    place: Place
    postmaster: int

    def asked(self, sizes: Sizes) -> Places:
        return self.query(lambda connection: find_places(connection, sizes))

    def query(self, ask: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        return run_in_database(self.place.database, ask)

    @contextmanager
    def servers(self, starts: Sequence[Start]) -> Iterator[list[Served]]:
        with ExitStack() as all_of_them:
            yield [all_of_them.enter_context(start(self.place)) for start in starts]


@contextmanager
def open_testbed(data: Path, peers: Path, size: tuple[int, int]) -> Iterator[Testbed]:
    """The database of this size in `data`, made if it is not there, running until the block ends."""
    if not data.exists():
        with PrivateCluster(data, WHILE_LOADING).run_server() as address:
            fill_database(address, *size)
    with TemporaryDirectory(prefix="crossings-") as scratch, PrivateCluster(data).run_server() as address:
        fill_database(address, *size)
        run_in_database(address, lambda connection: create_schema(connection, DAY))
        yield Testbed(Place(peers, Path(scratch), address), run_in_database(address, _find_postmaster))


@contextmanager
def copy_database(data: Path) -> Iterator[Path]:
    """A copy beside it, for what writes; `data` is not running."""
    copy = data.with_name(f"{data.name}-copy")
    shutil.rmtree(copy, ignore_errors=True)
    try:
        # With its owner: PostgreSQL refuses data that is not its own.
        subprocess.run(["cp", "-a", data, copy], check=True)
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


async def _find_postmaster(connection: AsyncConnection) -> int:
    """The process of which that of each connection is a child."""
    return read_parent(await connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def run_in_database(address: str, ask: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """What `ask` gives, in a transaction of its own."""

    async def run() -> T:
        engine = build_engine(address)
        try:
            async with engine.begin() as connection:
                return await ask(connection)
        finally:
            await engine.dispose()

    return asyncio.run(run())

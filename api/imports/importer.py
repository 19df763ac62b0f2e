"""Importing a file: one transaction, all rows or no rows, and importing a file again changes nothing."""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from rich.progress import Progress
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.publish_barrier import wait_until_visible
from api.imports.errors import LoadResult, RefusedFile, UnreadableFile
from api.imports.row_reader import RowReader
from models.recording.analyze import analyze_filled_tables
from models.recording.bitemporal_update import Outcome
from models.recording.geography import upsert_sources
from models.tables.country import Country
from models.tables.imported_file import ImportedFile, select_import_time
from models.tables.revision import begin_revision
from models.tables.source import Source

COLUMNS = ("code", "name", "url", "licence", "attribution")


@cache
def read_sources() -> list[dict[str, Any]]:
    """Read the rows of the table `source`."""
    described = tomllib.loads((files("api.imports") / "sources.toml").read_text(encoding="utf-8"))["source"]
    return [{column: source.get(column) for column in COLUMNS} for source in described]


T = TypeVar("T")
NumberedRow = tuple[int, dict[str, str]]


@dataclass(slots=True)
class ImportContext:
    """A file that is being imported, inside its transaction."""

    connection: AsyncConnection
    path: Path
    recorded_at: dt.datetime
    loaded: LoadResult
    progress: Progress | None

    def parse_rows(self, rows: Iterable[NumberedRow], parse: Callable[[RowReader], T]) -> list[T]:
        """Parse the rows with `parse`. Rows with errors are left out, and their errors recorded."""
        shown = (
            rows if self.progress is None else self.progress.track(list(rows), description=f"reading {self.path.name}")
        )
        parsed = []
        for number, values in shown:
            row = RowReader(number, values)
            value = parse(row)
            self.loaded.row_count += 1
            self.loaded.row_errors += row.row_errors
            if not row.row_errors:
                parsed.append(value)
        return parsed

    def count(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            self.loaded.count(outcome.outcome)

    async def fetch_countries(self) -> frozenset[str]:
        """Fetch the codes of all countries."""
        return frozenset((await self.connection.scalars(select(Country.iso3))).all())

    async def fetch_source_ids(self) -> dict[str, int]:
        """Fetch the ids of all sources, by code."""
        return dict((await self.connection.execute(select(Source.code, Source.id))).all())


Loader = Callable[[ImportContext], Awaitable[None]]


async def import_file(
    engine: AsyncEngine,
    kind: str,
    path: Path,
    load: Loader,
    *,
    partial: bool = False,
    read_with: bytes = b"",
    about_day: dt.date | None = None,
    progress: Progress | None = None,
) -> LoadResult:
    """Load the file in one transaction and return the result.

    `read_with` is other input that decides how the file is read, such as a column map: a file with another map counts
    as a new file. So does a file with another `about_day`: two days without a change between them have equal bytes.

    Raise UnreadableFile, or RefusedFile if there are errors and `partial` is not set.
    """
    digest = hashlib.sha256(_read_bytes(path) + read_with + str(about_day).encode()).hexdigest()
    async with engine.connect() as connection, connection.begin() as transaction:
        recorded_at = await begin_revision(connection, f"load {kind}: {path.name}")
        loaded = LoadResult(path.name)
        if before := await connection.scalar(select_import_time(kind, digest)):
            await transaction.rollback()
            loaded.previously_loaded_at = f"{before:%Y-%m-%d %H:%M} UTC"
            return loaded
        await upsert_sources(connection, read_sources())
        await load(ImportContext(connection, path, recorded_at, loaded, progress))
        if loaded.row_errors and not partial:
            raise RefusedFile(path.name, loaded.row_errors)
        if not loaded.row_errors:
            # A file with skipped rows may be loaded again, when the data that they need is there.
            values = {"kind": kind, "digest": digest, "name": path.name, "about_day": about_day}
            counted = {"row_count": loaded.row_count, "recorded_at": recorded_at}
            await connection.execute(insert(ImportedFile).values(**values, **counted))
        await analyze_filled_tables(connection)
    await wait_until_visible()
    return loaded


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error

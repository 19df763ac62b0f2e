"""A register of any size, clustered as the shipped one is: points of it, and around them others that nobody knows."""

import csv
import datetime as dt
import gzip
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.errors import LoadResult
from api.imports.importer import ImportContext, Loader, read_sources
from api.imports.register import build_register_loader
from api.imports.seed_data import SEED_FILES
from api.shipped_data import DATA
from benchmarks.data.bulk_load import copy_into
from models.recording.geography import upsert_sources
from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.imported_file import ImportedFile
from models.tables.revision import Revision

REGISTER = "register"
# What came later than the first measurements, which figures stay comparable with.
LEFT_OUT = ("land/", "restrictions/", "schengen_")
# How far the added points lie from the ones they are clustered around, as a standard deviation.
JITTER_DEGREES = 0.3
# What an added point does not share with the one it stands beside.
OF_ITS_OWN = {
    "point_of_entry_id": "p.id",
    "name": "v.name || ' (example ' || a.number || ')'",
    "geometry": (
        "ST_SetSRID(ST_MakePoint(greatest(-180, least(180, ST_X(v.geometry) + a.east)),"
        " greatest(-85, least(85, ST_Y(v.geometry) + a.north))), 4326)"
    ),
    **dict.fromkeys(("iata", "icao", "unlocode", "counterpart_id", "source_reference"), "NULL"),
    "coordinate_precision": "NULL",
    "coordinate_source": "'example data'",
}
COLUMNS_OF_VERSIONS = text("""
    SELECT column_name FROM information_schema.columns
    WHERE table_name = 'point_of_entry_version' AND column_name <> 'id' AND is_generated = 'NEVER'
    ORDER BY ordinal_position
""")


async def load_register(connection: AsyncConnection, points: int, known_from: dt.datetime, seed: int) -> None:
    """Load the shipped files as if that had been at `known_from`, with so many points, more or fewer than shipped."""
    await upsert_sources(connection, read_sources())
    with tempfile.TemporaryDirectory(prefix="crossings-") as directory:
        for second, (kind, name, load) in enumerate(SEED_FILES):
            at = known_from + dt.timedelta(seconds=second)
            if name.startswith(LEFT_OUT):
                await _load_at(connection, kind, DATA / name, _mark_as_loaded, at)
            elif kind == REGISTER:
                thinned = write_thinned_register(DATA / name, Path(directory) / name, points, seed)
                await _load_at(connection, kind, thinned, build_register_loader(BEGINNING_OF_TIME), at)
            else:
                await _load_at(connection, kind, DATA / name, load, at)
    await _add_neighbours(connection, points, seed)


async def _mark_as_loaded(intake: ImportContext) -> None:
    """Have the service take a file for loaded, or it would load it at its start."""


async def _load_at(connection: AsyncConnection, kind: str, path: Path, load: Loader, at: dt.datetime) -> None:
    """As the loader does, but at a record time of our choice: what is known only now was not known in the weeks."""
    await connection.execute(insert(Revision).values(recorded_at=at, reason=f"load {kind}: {path.name}"))
    loaded = LoadResult(path.name)
    await load(ImportContext(connection, path, at, loaded, None))
    values = {"kind": kind, "digest": f"benchmark {path.name}", "name": path.name, "recorded_at": at}
    await connection.execute(insert(ImportedFile).values(**values, row_count=loaded.row_count))


def write_thinned_register(shipped: Path, thinned: Path, points: int, seed: int) -> Path:
    """A copy of the register with at most so many of its rows, taken evenly from all countries."""
    with gzip.open(shipped, "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    chance = random.Random(seed)
    kept = sorted(chance.sample(range(len(rows)), min(points, len(rows))))
    with gzip.open(thinned, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *(rows[place] for place in kept)])
    return thinned


async def _add_neighbours(connection: AsyncConnection, points: int, seed: int) -> None:
    """Add what lacks to so many points, each beside one of the register and like it."""
    there = (await connection.scalars(text("SELECT id FROM point_of_entry_version ORDER BY id"))).all()
    await connection.execute(
        text("CREATE TEMP TABLE added (number bigint, version_id bigint, east float, north float) ON COMMIT DROP")
    )
    await copy_into(connection, "added", _draw_neighbours(there, points - len(there), seed))
    await connection.execute(text("INSERT INTO point_of_entry (code) SELECT 'EX-' || number FROM added"))
    columns = list(await connection.scalars(COLUMNS_OF_VERSIONS))
    values = ", ".join(OF_ITS_OWN.get(column, f"v.{column}") for column in columns)
    await connection.execute(
        text(f"""
            INSERT INTO point_of_entry_version ({", ".join(columns)})
            SELECT {values} FROM added a JOIN point_of_entry_version v ON v.id = a.version_id
            JOIN point_of_entry p ON p.code = 'EX-' || a.number
            ORDER BY a.number
        """)
    )


def _draw_neighbours(there: Sequence[int], count: int, seed: int) -> Iterator[tuple[int, int, float, float]]:
    chance = random.Random(seed)
    for number in range(1, count + 1):
        yield number, chance.choice(there), chance.gauss(0, JITTER_DEGREES), chance.gauss(0, JITTER_DEGREES)

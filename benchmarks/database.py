"""A database to measure on: `python -m benchmarks.database DIRECTORY --points 8000 --weeks 60`.

DIRECTORY becomes a data directory of the service, so `CROSSINGS_DATA_DIR=DIRECTORY crossings serve` runs on it. With
DATABASE_URL set, that database is filled instead, which has to be empty. What is there already is left as it is: the
database is made once. 8,000 points x 60 weeks take two minutes and 0.8 GB, 100,000 x 100 (10 million records) half an
hour and 10 GB. The same seed gives the same records.
"""

import argparse
import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.embedded.cluster import PrivateCluster
from api.database.engine import build_engine
from api.exceptions import UserError
from api.server.lifecycle import migrate_database
from api.settings import get_settings
from benchmarks.data.clustered_register import load_register
from benchmarks.data.weekly_records import FIRST_WEEK, fill_weeks
from models.tables.revision import Revision

SMALL, LARGE = (8_000, 60), (100_000, 100)
# Before the first week, so that what was known in the weeks includes the points.
KNOWN_FROM = dt.datetime(2020, 5, 1, tzinfo=dt.UTC)
# Nothing is lost with the power that cannot be made again.
WHILE_LOADING = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # While it analysed a table, VACUUM could not mark pages as seen by all, and each look at an index looked there too.
    "autovacuum": "off",
    # The exclusion looks each record up in its index of a gigabyte.
    "shared_buffers": "2GB",
}


class NotEmpty(UserError):
    """The database holds something else; the message names it."""


def fill_database(address: str, points: int, weeks: int, seed: int = 1) -> None:
    """Fill the database at the address, unless that was done before. Raises NotEmpty."""
    migrate_database(address)
    asyncio.run(_fill(address, points, weeks, seed))


async def _fill(address: str, points: int, weeks: int, seed: int) -> None:
    async with _connect(address) as connection:
        await _insert_records(connection, points, weeks, seed)
    async with _connect(address, isolation_level="AUTOCOMMIT") as connection:
        # Each time: a migration may have written a table anew since.
        await connection.execute(text("VACUUM (ANALYZE)"))


async def _insert_records(connection: AsyncConnection, points: int, weeks: int, seed: int) -> None:
    what = f"benchmark: {points} points x {weeks} weeks, seed {seed}"
    if found := await connection.scalar(select(Revision.reason).order_by(Revision.recorded_at).limit(1)):
        if found != what:
            raise NotEmpty(f"the database holds something else than `{what}`: it begins with `{found}`")
        return
    # All or nothing: a database of which this first revision is there is whole.
    await connection.execute(insert(Revision).values(recorded_at=KNOWN_FROM, reason=what))
    await load_register(connection, points, KNOWN_FROM + dt.timedelta(seconds=1), seed)
    await connection.execute(text("ANALYZE"))
    await fill_weeks(connection, weeks, seed)


@asynccontextmanager
async def _connect(address: str, **options: Any) -> AsyncIterator[AsyncConnection]:  # noqa: ANN401 - SQLAlchemy's
    """A connection, in one transaction unless the options say otherwise."""
    engine = build_engine(address, server_settings={"work_mem": "256MB", "synchronous_commit": "off"})
    try:
        async with engine.execution_options(**options).connect() as connection, connection.begin():
            yield connection
    finally:
        await engine.dispose()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("directory", type=Path, nargs="?", help="not with DATABASE_URL")
    asked.add_argument("--points", type=int, default=SMALL[0])
    asked.add_argument("--weeks", type=int, default=SMALL[1])
    asked.add_argument("--seed", type=int, default=1)
    told = asked.parse_args()
    began = time.monotonic()
    if address := get_settings().database_url:
        fill_database(address, told.points, told.weeks, told.seed)
    elif told.directory is None:
        asked.error("give a directory, or set DATABASE_URL")
    else:
        with PrivateCluster(told.directory, WHILE_LOADING).run_server() as address:
            fill_database(address, told.points, told.weeks, told.seed)
    print(f"there after {time.monotonic() - began:.0f} s, from {FIRST_WEEK} on")


if __name__ == "__main__":
    main()

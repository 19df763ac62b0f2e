"""Find or start the database, migrate it, then serve HTTP."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

from api.concurrency.temporary import remove_leftovers
from api.database.embedded.cluster import PrivateCluster
from api.database.engine import build_engine
from api.database.migrations import build_alembic_config, fetch_migration, list_migrations
from api.settings import get_settings

# A thread that wrote a page held the interpreter for 5 ms at a time, and delayed each other answer as long.
THREAD_SWITCH_S = 0.001


@contextmanager
def open_database(cluster: PrivateCluster | None = None) -> Iterator[str]:
    """Yield the address of the database: DATABASE_URL, or a private cluster, migrated, which runs until the block ends.

    A private cluster follows the program's migrations; an operator's server is only migrated by `crossings migrate`.
    """
    if address := get_settings().database_url:
        yield address
        return
    with (cluster or PrivateCluster(get_settings().crossings_data_dir)).run_server() as address:
        if not asyncio.run(_is_up_to_date(address)):
            migrate_database(address)
        yield address


async def _is_up_to_date(address: str) -> bool:
    engine = build_engine(address)
    try:
        async with engine.connect() as connection:
            return [await fetch_migration(connection)] == list_migrations()[-1:]
    finally:
        await engine.dispose()


def migrate_database(address: str) -> None:
    """Migrate the tables to the newest version. Raises DatabaseNotReady if the server cannot be used."""
    from alembic import command  # noqa: PLC0415 - see api/database/migrations.py

    config = build_alembic_config()
    config.attributes["address"] = address
    command.upgrade(config, "head")


def serve() -> None:
    """Serve on HOST and PORT; without DATABASE_URL, on a private PostGIS in CROSSINGS_DATA_DIR.

    Run until Ctrl-C or SIGTERM; then finish running requests and stop a private cluster.
    """
    import uvloop  # noqa: PLC0415 - half as long again as much answered as with Python's own loop

    from api.server.run import serve_http  # noqa: PLC0415 - a command that only needs the database need not wait for FastAPI

    remove_leftovers()
    sys.setswitchinterval(THREAD_SWITCH_S)
    cluster = None if get_settings().database_url else PrivateCluster(get_settings().crossings_data_dir)
    alone = cluster.lock_for_serving() if cluster else nullcontext()
    # A Ctrl-C that stops the service is no error, so that `make serve` does not fail.
    with alone, open_database(cluster) as address, suppress(KeyboardInterrupt):
        uvloop.run(serve_http(address, cluster))


def migrate() -> None:
    """Bring the database's tables up to date."""
    with open_database() as address:
        migrate_database(address)

"""How Alembic reaches the database.

A migration must not hold up the service: it waits at most 4 s for a lock, runs in a transaction of its own,
and two processes that migrate at once take turns.
"""

import asyncio
import os

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

from api.database.engine import build_engine, check_server
from models.tables.metadata import Base

ONE_AT_A_TIME = 7_235_482


def migrate(connection: Connection) -> None:
    """Run the requested migrations on this connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=alembic_helpers.include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        transaction_per_migration=True,
        user_module_prefix="",
    )
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})"))
    connection.commit()
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})"))
        connection.commit()


async def migrate_online() -> None:
    """Migrate the database that the caller named, or that of DATABASE_URL for the command `alembic`."""
    engine = build_engine(context.config.attributes.get("address") or os.environ["DATABASE_URL"])
    try:
        await check_server(engine, extensions=())  # the first migration makes them
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


asyncio.run(migrate_online())

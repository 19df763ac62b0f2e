"""Filling tables with millions of rows: their indexes are built once at the end, and not kept up row by row."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Primary keys stay: other tables refer to them, and rows come in their order.
CONSTRAINTS = text("""
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY(CAST(CAST(:tables AS text[]) AS regclass[])) AND contype IN ('x', 'f')
    ORDER BY contype DESC, oid
""")
INDEXES = text("""
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
    WHERE indrelid = ANY(CAST(CAST(:tables AS text[]) AS regclass[]))
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid)
    ORDER BY indexrelid
""")


@asynccontextmanager
async def drop_indexes(connection: AsyncConnection, tables: Sequence[str]) -> AsyncIterator[None]:
    """Within the block the tables have no indexes, exclusions and foreign keys; at its end all rows are checked."""
    constraints = (await connection.execute(CONSTRAINTS, {"tables": list(tables)})).all()
    for table, name, _ in constraints:
        await connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    indexes = (await connection.execute(INDEXES, {"tables": list(tables)})).all()
    for name, _ in indexes:
        await connection.execute(text(f"DROP INDEX {name}"))
    yield
    await connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
    for _, definition in indexes:
        await connection.exec_driver_sql(definition)
    for table, name, definition in constraints:
        await connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


async def copy_into(connection: AsyncConnection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Add the rows, each with a value for every column, by COPY; in a transaction that has begun."""
    raw = await connection.get_raw_connection()
    await raw.driver_connection.copy_records_to_table(table, records=rows)  # type: ignore[union-attr]

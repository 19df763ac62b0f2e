"""What PostgreSQL's planner is told of tables after a file was taken in."""

import asyncio

from conftest import create_database
from helpers.factories import day
from helpers.migrations import run_in_database
from helpers.plans import explain_plan
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.importer import read_sources
from api.server.lifecycle import migrate_database
from models.queries.filters import FeatureFilter, build_cached_statement
from models.queries.points import select_points
from models.recording.analyze import analyze_filled_tables
from models.recording.geography import upsert_sources
from models.tables.bitemporal import Days

NOBODY_LOOKED = -1
TABLES = ("restriction", "assessment")


def test_tables_with_rows_are_counted_and_empty_ones_are_not_taken_for_empty(server: str) -> None:
    with create_database(server) as address:
        migrate_database(address)
        counted = asyncio.run(run_in_database(address, _counted_after_a_load))
    assert counted == {"source": len(read_sources()), "restriction": NOBODY_LOOKED, "assessment": NOBODY_LOOKED}


def test_tables_that_the_transaction_left_alone_are_not_counted_again(server: str) -> None:
    with create_database(server) as address:
        migrate_database(address)
        asyncio.run(run_in_database(address, lambda connection: upsert_sources(connection, read_sources())))
        assert asyncio.run(run_in_database(address, _counted_of_sources)) == NOBODY_LOOKED


def test_plans_made_before_anything_was_posted_use_the_indexes(server: str) -> None:
    with create_database(server) as address:
        migrate_database(address)
        planned = asyncio.run(run_in_database(address, _planned_after_a_load))
    assert set(planned) == set(TABLES)
    assert "Seq Scan" not in planned.values()


async def _counted_after_a_load(connection: AsyncConnection) -> dict[str, int]:
    await upsert_sources(connection, read_sources())
    await analyze_filled_tables(connection)
    counted = text("SELECT relname, reltuples::int AS rows FROM pg_class WHERE relname = ANY(:names)")
    return {row.relname: row.rows for row in await connection.execute(counted, {"names": ["source", *TABLES]})}


async def _counted_of_sources(connection: AsyncConnection) -> int:
    await analyze_filled_tables(connection)
    return int(await connection.scalar(text("SELECT reltuples::int FROM pg_class WHERE relname = 'source'")))


async def _planned_after_a_load(connection: AsyncConnection) -> dict[str, str]:
    """How each of the tables would be read."""
    await upsert_sources(connection, read_sources())
    await analyze_filled_tables(connection)
    steps = await explain_plan(
        connection, *build_cached_statement(select_points, FeatureFilter(Days.on(day("04-15")), iso3s=["FJI"]))
    )
    return {step["Relation Name"]: step["Node Type"] for step in steps if step.get("Relation Name") in TABLES}

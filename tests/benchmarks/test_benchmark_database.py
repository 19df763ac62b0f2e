"""The database to measure on is one that the service could have filled itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from conftest import create_database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.engine import build_engine, check_database
from api.imports.seed_data import needs_seed_data
from benchmarks.data.weekly_records import TABLES
from benchmarks.database import NotEmpty, fill_database

# More than are shipped, so that some are added; hardly any weeks.
POINTS, WEEKS = 9_100, 3


@pytest.fixture(scope="module")
def filled(server: str) -> Iterator[str]:
    """Address of a database of points and weeks."""
    with create_database(server) as address:
        fill_database(address, POINTS, WEEKS)
        yield address


@pytest.fixture
async def records(filled: str) -> AsyncIterator[AsyncConnection]:
    engine = build_engine(filled)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def one(connection: AsyncConnection, statement: str) -> Any:
    return (await connection.execute(text(statement))).scalar_one()


async def test_there_is_a_believed_record_for_each_point_and_week(records: AsyncConnection) -> None:
    assert await one(records, "SELECT count(*) FROM point_of_entry_version") == POINTS
    assert await one(records, "SELECT count(*) FROM restriction WHERE upper_inf(recorded_during)") == POINTS * WEEKS
    assert await one(records, "SELECT count(*) FROM assessment") == POINTS * WEEKS


async def test_each_week_ends_where_the_next_begins_and_the_last_has_no_end(records: AsyncConnection) -> None:
    days = """
        SELECT count(DISTINCT point_of_entry_id) FROM (
            SELECT point_of_entry_id, range_agg(valid_during) AS days FROM restriction
            WHERE upper_inf(recorded_during) GROUP BY point_of_entry_id
        ) AS of_point WHERE days = datemultirange(daterange('2020-06-03', NULL))
    """
    assert await one(records, days) == POINTS


async def test_correction_is_believed_from_its_moment_on_and_the_error_until_then(records: AsyncConnection) -> None:
    errors = "SELECT count(*) FROM restriction WHERE NOT upper_inf(recorded_during)"
    corrected = """
        SELECT count(*) FROM restriction error JOIN restriction r
          ON r.point_of_entry_id = error.point_of_entry_id AND r.valid_during = error.valid_during
         AND lower(r.recorded_during) = upper(error.recorded_during)
         AND r.operational_status <> error.operational_status
    """
    assert POINTS * WEEKS / 60 < await one(records, errors) < POINTS * WEEKS / 40
    assert await one(records, corrected) == await one(records, errors)


async def test_each_record_was_published_by_a_revision(records: AsyncConnection) -> None:
    unpublished = """
        SELECT count(*) FROM restriction WHERE lower(recorded_during) NOT IN (SELECT recorded_at FROM revision)
            OR NOT upper_inf(recorded_during) AND upper(recorded_during) NOT IN (SELECT recorded_at FROM revision)
    """
    assert await one(records, unpublished) == 0


async def test_flat_sets_of_a_record_are_those_of_its_measures(records: AsyncConnection) -> None:
    differing = """
        SELECT count(*) FROM restriction r LEFT JOIN (
            SELECT restriction_id, array_agg(DISTINCT measure) AS measures FROM restriction_measure GROUP BY 1
        ) m ON m.restriction_id = r.id WHERE r.measures <> coalesce(m.measures, '{}')
    """
    assert await one(records, differing) == 0
    assert await one(records, "SELECT count(*) FROM restriction_measure") > POINTS


async def test_added_points_are_spread_over_countries_as_the_shipped_ones_are(records: AsyncConnection) -> None:
    added = "SELECT count(DISTINCT iso3) FROM point_of_entry_version v JOIN point_of_entry p"
    added += " ON p.id = v.point_of_entry_id WHERE p.code LIKE 'EX-%'"
    assert await one(records, added) > 15


async def test_tables_have_all_that_migrations_give_them(records: AsyncConnection, database: AsyncConnection) -> None:
    assert await definitions(records) == await definitions(database)


async def definitions(connection: AsyncConnection) -> set[tuple[str, str]]:
    """Names and definitions of all indexes and constraints of the tables that are filled."""
    statement = text("""
        SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables)
        UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = ANY(CAST(CAST(:tables AS text[]) AS regclass[]))
    """)
    return {(name, definition) for name, definition in await connection.execute(statement, {"tables": list(TABLES)})}


async def test_service_takes_the_database_as_it_is(filled: str) -> None:
    engine = build_engine(filled)
    await check_database(engine)
    assert not await needs_seed_data(engine)
    await engine.dispose()


async def test_database_is_filled_once_and_never_with_something_else(filled: str, records: AsyncConnection) -> None:
    await asyncio.to_thread(fill_database, filled, POINTS, WEEKS)
    assert await one(records, "SELECT count(*) FROM restriction WHERE upper_inf(recorded_during)") == POINTS * WEEKS
    with pytest.raises(NotEmpty):
        await asyncio.to_thread(fill_database, filled, POINTS, WEEKS + 1)

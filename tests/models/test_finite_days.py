"""Days of records are finite, in a database that was made so and in one that has other records from before."""

import asyncio

import pytest
from alembic import command
from conftest import create_database
from helpers.factories import add_poe, record_status
from helpers.migrations import build_config, run_in_database
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.server.lifecycle import migrate_database

BEFORE = "0012_webhook_turns"
INFINITE = ["[-infinity,2020-03-01)", "[2020-03-01,infinity)", "[2020-03-01,infinity]", "[-infinity,)", "(-infinity,)"]
COPY = """
INSERT INTO restriction (point_of_entry_id, operational_status, source_id, confidence, valid_during, recorded_during)
SELECT {point}, 'closed', id, 'confirmed', '{days}', '[2020-01-01,)' FROM source LIMIT 1
"""


@pytest.mark.parametrize("days", INFINITE)
async def test_record_without_a_first_or_last_day_is_refused(database: AsyncConnection, days: str) -> None:
    point = await add_poe(database, "FJ-NAN")
    with pytest.raises(IntegrityError, match="restriction_valid_on_finite_days"):
        await database.execute(text(COPY.format(point=point, days=days)))


async def test_open_end_has_no_bound(database: AsyncConnection) -> None:
    point = await add_poe(database, "FJ-NAN")
    await database.execute(text(COPY.format(point=point, days="[2020-03-01,)")))


async def test_register_may_hold_since_ever(database: AsyncConnection) -> None:
    point = await add_poe(database, "FJ-NAN")
    found = await database.scalar(
        text(f"SELECT lower(valid_during) = '-infinity' FROM point_of_entry_version WHERE point_of_entry_id = {point}")
    )
    assert found is True


def test_update_keeps_the_records_that_are_there_and_refuses_new_ones(server: str) -> None:
    async def put_point(connection: AsyncConnection) -> int:
        return await add_poe(connection, "FJ-NAN")

    async def put(connection: AsyncConnection) -> None:
        await connection.execute(text(COPY.format(point=point, days="[-infinity,2020-03-01)")))

    async def count(connection: AsyncConnection) -> object:
        return await connection.scalar(text("SELECT count(*) FROM restriction"))

    async def put_another(connection: AsyncConnection) -> None:
        await connection.execute(text(COPY.format(point=point, days="[2021-03-01,infinity)")))

    with create_database(server) as address:
        # Only the version of now can write a point: it is put there first, and then the tables of that day.
        migrate_database(address)
        point = asyncio.run(run_in_database(address, put_point))
        command.downgrade(build_config(address), BEFORE)
        asyncio.run(run_in_database(address, put))
        migrate_database(address)
        assert asyncio.run(run_in_database(address, count)) == 1
        with pytest.raises(IntegrityError, match="restriction_valid_on_finite_days"):
            asyncio.run(run_in_database(address, put_another))


async def test_record_of_ordinary_days_is_taken(database: AsyncConnection) -> None:
    point = await add_poe(database, "FJ-NAN")
    await record_status(database, point, "closed", "2020-03-01", "2020-04-01")

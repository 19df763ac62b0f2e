"""An update has points begin with the first day of what was recorded of them, where that was before their own."""

import asyncio

import pytest
from alembic import command
from conftest import create_database
from helpers.factories import add_late_poe, add_poe, day, record_status
from helpers.migrations import build_config, run_in_database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.server.lifecycle import migrate_database
from models.queries.filters import FeatureFilter
from models.queries.restrictions import select_restrictions
from models.tables.bitemporal import Days

BEFORE = "0014_validated_finite_days"
ENTRIES = """
SELECT p.code, lower(v.valid_during)::text, upper(v.valid_during)::text, v.name, lower(v.recorded_during) = (
    SELECT min(lower(recorded_during)) FROM restriction r WHERE r.point_of_entry_id = p.id)
FROM point_of_entry_version v JOIN point_of_entry p ON p.id = v.point_of_entry_id ORDER BY 1, lower(v.valid_during)
"""


async def put(connection: AsyncConnection) -> None:
    late = await add_late_poe(connection, "T-LATE", "06-01")
    await record_status(connection, late, "closed", "03-01")
    await record_status(connection, await add_poe(connection, "T-EVER"), "closed", "03-01")


async def entries(connection: AsyncConnection) -> list[object]:
    return [tuple(row) for row in await connection.execute(text(ENTRIES))]


async def restrictions(connection: AsyncConnection) -> list[str]:
    asked = select_restrictions(FeatureFilter(Days.on(day("03-15")), iso3s=["FJI"]))
    return sorted(row.code for row in await connection.execute(asked))


async def revisions(connection: AsyncConnection) -> object:
    return await connection.scalar(text("SELECT count(*) FROM revision"))


@pytest.fixture(scope="module")
def updated(server: str) -> object:
    with create_database(server) as address:
        migrate_database(address)
        asyncio.run(run_in_database(address, put))
        # As the version before left it: only the version of now can write with the columns of now.
        command.downgrade(build_config(address), BEFORE)
        before = asyncio.run(run_in_database(address, revisions))
        migrate_database(address)
        yield address, before


def test_update_adds_the_days_before_as_known_since_the_record_was(updated: tuple[str, int]) -> None:
    assert asyncio.run(run_in_database(updated[0], entries)) == [
        ("T-EVER", "-infinity", None, "T-EVER", False),
        ("T-LATE", "2020-03-01", "2020-06-01", "T-LATE", True),
        ("T-LATE", "2020-06-01", None, "T-LATE", False),
    ]


def test_update_shows_the_record_among_the_restrictions(updated: tuple[str, int]) -> None:
    assert asyncio.run(run_in_database(updated[0], restrictions)) == ["T-EVER", "T-LATE"]


def test_update_that_changes_the_register_is_a_revision(updated: tuple[str, int]) -> None:
    assert asyncio.run(run_in_database(updated[0], revisions)) == updated[1] + 1

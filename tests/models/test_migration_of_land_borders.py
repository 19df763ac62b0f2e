"""The update that brings land borders fills in the codes of counterparts that the register had by number."""

import asyncio
from collections.abc import Iterator

import pytest
from alembic import command
from conftest import create_database
from helpers.factories import add_country, add_poe
from helpers.migrations import build_config, run_in_database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.server.lifecycle import migrate_database

BEFORE = "0016_submissions_of_a_key"
VERSIONS = """
SELECT code, counterpart, side, evidence, transport, told ->> 'counterpart', told ->> 'side'
FROM point_of_entry_version CROSS JOIN LATERAL (SELECT ('{' || members || '}')::json AS told) told ORDER BY code
"""


async def put_pair(connection: AsyncConnection) -> None:
    at_the_border = {"poe_type": "land_border_point"}
    await add_country(connection, "BGR")
    gradina = await add_poe(connection, "RS-GRA", 22.8, 43.0, iso3="SRB", other_iso3="BGR", **at_the_border)
    pair = {"iso3": "BGR", "other_iso3": "SRB", "counterpart_id": gradina}
    await add_poe(connection, "BG-KAL", 22.8, 43.0, **pair, **at_the_border)


async def versions(connection: AsyncConnection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await connection.execute(text(VERSIONS))]


@pytest.fixture(scope="module")
def updated(server: str) -> Iterator[str]:
    with create_database(server) as address:
        migrate_database(address)
        asyncio.run(run_in_database(address, put_pair))
        command.downgrade(build_config(address), BEFORE)
        migrate_database(address)
        yield address


def test_update_fills_in_the_codes_of_counterparts(updated: str) -> None:
    assert asyncio.run(run_in_database(updated, versions)) == [
        ("BG-KAL", "RS-GRA", 0, None, None, "RS-GRA", "0"),
        ("RS-GRA", None, 0, None, None, None, "0"),
    ]


async def test_points_at_one_place_are_left_and_right_of_each_other(database: AsyncConnection) -> None:
    await put_pair(database)
    assert [row[2] for row in await versions(database)] == [1, 0]

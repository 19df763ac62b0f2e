"""How the feature of a point begins is kept written: by the database, for what comes and for what was there before."""

import asyncio
import json

from alembic import command
from conftest import create_database
from helpers.factories import day
from helpers.migrations import build_config, run_in_database
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.server.lifecycle import migrate_database
from geo.geojson import FeatureView, build_feature_text, filter_properties
from models.queries.filters import FeatureFilter
from models.queries.points import select_points
from models.tables.bitemporal import Days
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion

version = PointOfEntryVersion
BEFORE = "0009_status_steps"
OF_THEN = """
INSERT INTO country (iso3, iso2, name, geometry, label_point) VALUES
    ('FJI', 'FJ', 'Fiji', 'SRID=4326;MULTIPOLYGON(((0 0, 0 1, 1 1, 1 0, 0 0)))', 'SRID=4326;POINT(0 0)');
INSERT INTO source (id, code, name) OVERRIDING SYSTEM VALUE VALUES (1, 'register', 'Register');
INSERT INTO point_of_entry (id, code) OVERRIDING SYSTEM VALUE VALUES (7, 'FJ-NAN'), (8, 'FJ-BUS');
INSERT INTO point_of_entry_version
    (point_of_entry_id, name, poe_type, iso3, geometry, source_id, valid_during, recorded_during)
SELECT id, 'Nadi', CASE id WHEN 7 THEN 'airport' ELSE 'internal_transit_point' END, 'FJI',
    'SRID=4326;POINT(177.4 -17.8)', 1, '[2020-01-01,)', '[2020-01-01,)' FROM point_of_entry
"""


async def test_every_version_has_the_code_of_its_point(shipped: AsyncConnection) -> None:
    others = select(func.count()).select_from(version).join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
    assert await shipped.scalar(others.where(version.code != PointOfEntry.code)) == 0
    assert await shipped.scalar(others.where(version.code == PointOfEntry.code))


async def test_whole_features_equal_features_of_named_properties(shipped: AsyncConnection) -> None:
    found = select_points(FeatureFilter(Days.on(day("06-01")))).subquery()
    names = tuple(column.name for column in filter_properties(found.c))
    texts = select(build_feature_text(found, FeatureView()), build_feature_text(found, FeatureView(names))).order_by(
        found.c.key
    )
    rows = (await shipped.execute(texts.limit(500))).all()
    assert rows
    assert all(json.loads(whole) == json.loads(named) for whole, named in rows)


def test_migration_writes_the_feature_starts_of_existing_points(server: str) -> None:
    with create_database(server) as address:
        command.upgrade(build_config(address), BEFORE)
        asyncio.run(run_in_database(address, _put_what_was_there))
        migrate_database(address)
        openings = asyncio.run(run_in_database(address, _openings))
    assert openings == [_opening("FJ-NAN", "true"), _opening("FJ-BUS", "false")]


async def _put_what_was_there(connection: AsyncConnection) -> None:
    for statement in OF_THEN.split(";\n"):
        await connection.execute(text(statement))


async def _openings(connection: AsyncConnection) -> list[str]:
    return list(await connection.scalars(select(version.opening).order_by(version.point_of_entry_id)))


def _opening(code: str, is_poe: str) -> str:
    place = '{"type":"Point","coordinates":[177.4,-17.8]}'
    return f'{{"type":"Feature","id":"{code}","geometry":{place},"properties":{{"code":"{code}","is_poe":{is_poe}'

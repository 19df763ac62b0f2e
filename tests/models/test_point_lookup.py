"""Finding points by the codes that people write."""

import pytest
from helpers.plans import count_rows_read, explain_plan
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.validation.point_lookup import select_points_by_code

version = PointOfEntryVersion
OF_ITS_POINT = PointOfEntry.id == version.point_of_entry_id


@pytest.mark.parametrize("column", ["iata", "icao", "unlocode"])
async def test_point_is_found_by_the_codes_of_others(shipped: AsyncConnection, column: str) -> None:
    known = getattr(version, column)
    named = select(PointOfEntry.code, known).join(version, OF_ITS_POINT).where(known.is_not(None)).limit(1)
    code, other = (await shipped.execute(named)).one()
    assert code in {row.code for row in await shipped.execute(select_points_by_code([other.lower()]))}


async def test_point_with_several_of_the_names_is_found_once(shipped: AsyncConnection) -> None:
    named = select(PointOfEntry.code, version.iata, version.icao).join(version, OF_ITS_POINT)
    names = (await shipped.execute(named.where(version.iata.is_not(None), version.icao.is_not(None)).limit(1))).one()
    found = [row.code for row in await shipped.execute(select_points_by_code(names))]
    assert found.count(names.code) == 1


async def test_no_points_are_read_but_those_that_have_one_of_the_names(counted: AsyncConnection) -> None:
    codes = list(await counted.scalars(select(PointOfEntry.code).limit(3)))
    steps = await explain_plan(counted, select_points_by_code([*codes, "ABC", "ABCD", "XXABC"]), {})
    # Once to find them, once to describe them.
    assert count_rows_read(steps, "point_of_entry_version") <= 2 * (len(codes) + 3)

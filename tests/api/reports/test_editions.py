"""Editions: frozen figures, changes from what the one before published, refused where sums fail, with errata."""

import datetime as dt

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import Document, get_json
from helpers.reports.random_points import REPORT
from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.reports.editions import EditionError, add_erratum, freeze_edition
from api.reports.parameters import Area
from models.tables.bitemporal import BEGINNING_OF_TIME
from models.tables.country import RegionMember

SRB = Area("country", "SRB")
FIRST, SECOND = dt.date(2020, 6, 4), dt.date(2020, 6, 11)


async def edition(client: httpx.AsyncClient, number: int) -> Document:
    return await get_json(client, REPORT, level="country", area="SRB", edition=number)


async def add_open_points(database: AsyncConnection, number: int) -> list[int]:
    points = [await add_poe(database, f"T-{place}", iso3="SRB") for place in range(number)]
    for point in points:
        await record_status(database, point, "open", "2020-06-01")
    return points


async def test_edition_stays_as_it_was_published(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    points = await add_open_points(shipped, 4)
    assert await freeze_edition(shipped, SRB, FIRST) == 1
    before = (await client.get(REPORT, params={"level": "country", "area": "SRB", "edition": 1})).content
    await record_status(shipped, points[0], "closed", "2020-06-02")
    assert (await client.get(REPORT, params={"level": "country", "area": "SRB", "edition": 1})).content == before


async def test_changes_are_taken_from_what_the_edition_before_published(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    points = await add_open_points(shipped, 4)
    await freeze_edition(shipped, SRB, FIRST)
    # News of the first edition's day, which that edition did not have.
    await record_status(shipped, points[0], "closed", "2020-06-02")
    assert await freeze_edition(shipped, SRB, SECOND) == 2
    groups = (await edition(client, 2))["figures"]["day"]["total"]["groups"]
    assert (groups["fully_closed"]["share"], groups["fully_closed"]["change"]) == (25, 25)
    report = await get_json(client, REPORT, level="country", area="SRB", on=SECOND, compare=FIRST)
    assert report["figures"]["day"]["total"]["groups"]["fully_closed"]["change"] == 0


async def test_first_edition_has_no_changes(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await add_open_points(shipped, 1)
    await freeze_edition(shipped, SRB, FIRST)
    document = await edition(client, 1)
    assert document["compare"] is None
    assert document["figures"]["day"]["total"]["groups"]["fully_operational"]["change"] is None
    page = await client.get(REPORT, params={"level": "country", "area": "SRB", "edition": 1, "f": "html"})
    assert "first edition of its area" in page.text


async def test_edition_whose_parts_do_not_sum_is_refused_with_the_sum_that_failed(shipped: AsyncConnection) -> None:
    await add_open_points(shipped, 1)
    twice = {"region_code": "SAM", "iso3": "SRB", "valid_during": Range(BEGINNING_OF_TIME, None)}
    await shipped.execute(insert(RegionMember).values(**twice))
    with pytest.raises(EditionError, match=r"regions, with countries in none, add up to the total \(points\)"):
        await freeze_edition(shipped, Area("global", None), FIRST)
    assert await shipped.scalar(text("SELECT count(*) FROM report_edition")) == 0


async def test_cut_off_that_is_still_to_come_is_refused(shipped: AsyncConnection) -> None:
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    with pytest.raises(EditionError, match="cut-off"):
        await freeze_edition(shipped, SRB, tomorrow)


async def test_edition_is_of_a_later_day_than_the_one_before(shipped: AsyncConnection) -> None:
    await freeze_edition(shipped, SRB, FIRST)
    with pytest.raises(EditionError, match="later day"):
        await freeze_edition(shipped, SRB, FIRST)


async def test_numbers_count_within_an_area(shipped: AsyncConnection) -> None:
    numbers = [
        await freeze_edition(shipped, area, FIRST) for area in (SRB, Area("country", "KEN"), Area("region", "EHA"))
    ]
    assert numbers == [1, 1, 1]


async def test_erratum_is_listed_with_its_edition(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await freeze_edition(shipped, SRB, FIRST)
    await add_erratum(shipped, SRB, 1, "The types did not sum.")
    assert [one["says"] for one in (await get_json(client, "/reports"))["editions"][0]["errata"]] == [
        "The types did not sum."
    ]
    page = await client.get(REPORT, params={"level": "country", "area": "SRB", "edition": 1, "f": "html"})
    assert "The types did not sum." in page.text
    with pytest.raises(EditionError, match="no edition 2"):
        await add_erratum(shipped, SRB, 2, "?")


@pytest.mark.parametrize("statement", ["UPDATE report_edition SET number = 9", "DELETE FROM report_edition"])
async def test_database_refuses_to_change_an_edition(shipped: AsyncConnection, statement: str) -> None:
    await freeze_edition(shipped, SRB, FIRST)
    with pytest.raises(DBAPIError, match="only ever added"):
        await shipped.execute(text(statement))

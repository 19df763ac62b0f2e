"""Days with reports: `/days`, and the day on which pages open."""

import datetime as dt
import re

import httpx
import pytest
from helpers.factories import add_late_poe, add_poe, day, fetch_source_id, record_status
from helpers.http import POINTS, get_json
from helpers.shipped.register import read_shipped_register
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.values.datetimes import get_today
from models.tables.assessment import Assessment

DAYS = "/days"
RECORDED = dt.datetime(2020, 7, 1, tzinfo=dt.UTC)
HTML = {"Accept": "text/html"}
PAGES = (
    "/",
    f"{POINTS}?f=html",
    "/collections/countries/items?f=html",
    "/accessibility?country=FJI",
    "/freshness",
    "/signals",
    "/nearest?lon=20&lat=44",
    "/crossings?from=SRB&to=BGR",
    "/statistics?f=html",
    "/collections/points-of-entry/items/OA-4610?f=html",
    "/collections/countries/items/SRB?f=html",
)


async def assess(database: AsyncConnection, point: int, *days: str, recorded_at: dt.datetime = RECORDED) -> None:
    """Have the point assessed on the days."""
    about = {"point_of_entry_id": point, "source_id": await fetch_source_id(database), "recorded_at": recorded_at}
    await database.execute(insert(Assessment), [about | {"assessed_on": day(text)} for text in days])


async def page(client: httpx.AsyncClient, address: str) -> str:
    response = await client.get(address, headers=HTML)
    assert response.status_code == 200, response.text
    return response.text


class TestDays:
    async def test_without_reports_are_those_of_levels(self, client: httpx.AsyncClient) -> None:
        found = await get_json(client, DAYS)
        assert found["reports"] == {"first_day": None, "last_day": None, "box": None}
        assert found["country_levels"] == {"first_day": "2020-01-01", "last_day": "2022-12-31"}
        assert sum(week["assessments"] + week["statuses_begun"] for week in found["weeks"]) == 0

    async def test_reach_from_the_first_report_to_the_last(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        point = await add_poe(shipped)
        await assess(shipped, point, "2020-05-04", "2020-05-10", "2020-06-01")
        await record_status(shipped, point, "closed", "2020-04-29", "2020-05-20")
        found = await get_json(client, DAYS)
        assert found["reports"] == {
            "first_day": "2020-04-29",
            "last_day": "2020-06-01",
            "box": [177.4, -17.8, 177.4, -17.8],
        }
        counted = {week["week"]: (week["assessments"], week["statuses_begun"]) for week in found["weeks"]}
        assert {week: both for week, both in counted.items() if any(both)} == {
            "2020-04-27": (0, 1),
            "2020-05-04": (2, 0),
            "2020-06-01": (1, 0),
        }

    async def test_end_today_whatever_is_announced_for_later(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        point = await add_poe(shipped)
        await record_status(shipped, point, "closed", "2020-05-01", "2020-05-20")
        await record_status(shipped, point, "open", str(get_today() + dt.timedelta(days=3)))
        assert (await get_json(client, DAYS))["reports"]["last_day"] == "2020-05-01"

    async def test_are_as_known_at_the_moment(self, client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
        point = await add_poe(shipped)
        await assess(shipped, point, "2020-05-04")
        await assess(shipped, point, "2020-06-15", recorded_at=RECORDED + dt.timedelta(days=1))
        found = await get_json(client, DAYS, as_known_at="2020-07-01T12:00:00Z")
        assert found["reports"]["last_day"] == "2020-05-04"

    @pytest.mark.parametrize(("asked", "last_day"), [("country=FJI", "2020-05-04"), ("country=SRB", None)])
    async def test_are_those_of_a_country(
        self, client: httpx.AsyncClient, shipped: AsyncConnection, asked: str, last_day: str | None
    ) -> None:
        await assess(shipped, await add_poe(shipped), "2020-05-04")
        assert (await get_json(client, f"{DAYS}?{asked}"))["reports"]["last_day"] == last_day

    async def test_box_crosses_180_where_that_is_narrower(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        for code, longitude in (("FJ-WEST", 178.5), ("FJ-EAST", -179.5)):
            await assess(shipped, await add_poe(shipped, code, longitude, -17.0), "2020-05-04")
        assert (await get_json(client, DAYS))["reports"]["box"] == [178.5, -17.0, 180.5, -17.0]

    @pytest.mark.parametrize(
        "asked", ["country=XXX", "region=NOPE", "as_known_at=yesterday", "datetime=2020-05-04", "limit=1"]
    )
    async def test_bad_parameter_is_refused_by_its_name(self, client: httpx.AsyncClient, asked: str) -> None:
        response = await client.get(f"{DAYS}?{asked}")
        assert response.status_code == 400
        assert asked.partition("=")[0] in response.text


class TestPage:
    @pytest.mark.parametrize("address", PAGES)
    async def test_opens_on_the_latest_day_with_reports(
        self, client: httpx.AsyncClient, shipped: AsyncConnection, address: str
    ) -> None:
        await assess(shipped, await add_poe(shipped), "2020-06-01")
        text = await page(client, address)
        assert "Showing 1 June 2020, the latest day with reports; nothing is reported for today." in text
        assert f"datetime={get_today()}" in text.partition("nothing is reported for today.")[2].partition("</a>")[0]

    @pytest.mark.parametrize("address", PAGES)
    async def test_without_reports_opens_on_the_latest_day_with_levels(
        self, client: httpx.AsyncClient, address: str
    ) -> None:
        text = await page(client, address)
        assert "the latest day with levels of countries; no point has been assessed yet" in text

    @pytest.mark.parametrize("address", PAGES)
    async def test_of_a_day_says_nothing_of_another(
        self, client: httpx.AsyncClient, shipped: AsyncConnection, address: str
    ) -> None:
        await assess(shipped, await add_poe(shipped), "2020-06-01")
        between = "&" if "?" in address else "?"
        assert "the latest day with" not in await page(client, f"{address}{between}datetime=2020-04-15")

    @pytest.mark.parametrize("address", PAGES[1:3])
    async def test_leads_to_the_same_day_as_json(
        self, client: httpx.AsyncClient, shipped: AsyncConnection, address: str
    ) -> None:
        await assess(shipped, await add_poe(shipped), "2020-06-01")
        alternate = (await page(client, address)).partition('<link rel="alternate"')[2].partition(">")[0]
        assert "datetime=2020-06-01" in alternate

    async def test_of_a_list_leads_to_items_of_the_same_day(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await assess(shipped, await add_poe(shipped), "2020-06-01")
        text = await page(client, f"{POINTS}?f=html&country=FJI")
        assert f'href="http://test{POINTS}/FJ-NAN?datetime=2020-06-01"' in text

    async def test_of_changes_leads_to_changes_of_the_same_days(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        point = await add_poe(shipped)
        await record_status(shipped, point, "open", "2020-05-01")
        await record_status(shipped, point, "closed", "2020-06-01")
        text = await page(client, "/collections/changes/items?f=html&country=FJI")
        href = text.partition('<th scope="row" class="nowrap"><a href="')[2].partition('"')[0]
        assert "datetime=2020-05-25%2F2020-06-01" in href
        assert "Closed for entry and exit" in await page(client, href)

    async def test_of_a_point_that_came_later_shows_today(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await assess(shipped, await add_poe(shipped), "2020-06-01")
        await add_late_poe(shipped, "FJ-LATE", "2021-01-01")
        text = await page(client, f"{POINTS}/FJ-LATE?f=html")
        assert "the latest day with" not in text

    async def test_without_reports_shows_three_ways_on(self, client: httpx.AsyncClient) -> None:
        ways = (await page(client, "/")).partition("Three ways on")[2].partition("</ul>")[0]
        assert [
            each for each in ("country measures", "example-weeks", "office add", "key issue") if each not in ways
        ] == []

    async def test_without_reports_says_how_much_the_register_has(self, client: httpx.AsyncClient) -> None:
        ways = (await page(client, "/")).partition("Three ways on")[2].partition("<ul>")[0]
        points, countries = len(read_shipped_register()), len({row["country_iso3"] for row in read_shipped_register()})
        assert f"The register has {points:,} points in {countries} countries, territories and areas, and" in ways

    async def test_without_reports_names_commands_that_run_as_they_stand(self, client: httpx.AsyncClient) -> None:
        ways = (await page(client, "/")).partition("Three ways on")[2].partition("</ul>")[0]
        assert re.findall("<code>(.*?)</code>", ways) == [
            "crossings example-weeks",
            'crossings office add serbia --name "Office in Serbia" --country SRB',
            "crossings key issue serbia",
        ]

    async def test_without_restrictions_says_that_nothing_is_recorded(self, client: httpx.AsyncClient) -> None:
        text = await page(client, "/collections/restrictions/items?f=html")
        assert "Nothing is recorded here yet." in text
        assert "Three ways on" in text

    async def test_of_reports_offers_the_latest_day(self, client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
        await assess(shipped, await add_poe(shipped), "2020-06-01")
        text = await page(client, "/reports")
        assert "The latest day with reports is 1 June 2020." in text
        assert 'name="on" type="date" value="2020-06-01"' in text


class TestProgram:
    async def test_is_answered_for_today(self, client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
        await assess(shipped, await add_poe(shipped), "2020-06-01")
        assert (await get_json(client, POINTS, limit=1))["datetime"] == str(get_today())


class TestMap:
    async def test_opens_on_the_day_and_place_of_the_latest_reports(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await assess(shipped, await add_poe(shipped), "2020-06-01")
        text = await page(client, "/map")
        assert 'data-shown-day="2020-06-01" data-shown-basis="reports"' in text
        assert 'data-shown-box="177.4,-17.8,177.4,-17.8"' in text

    async def test_without_reports_opens_on_the_latest_levels_of_the_world(self, client: httpx.AsyncClient) -> None:
        text = await page(client, "/map")
        assert 'data-shown-basis="levels"' in text
        assert 'data-shown-box=""' in text

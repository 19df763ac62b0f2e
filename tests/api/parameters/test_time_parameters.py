"""The two clocks as they are written in an address."""

import datetime as dt

import httpx
import pytest
from helpers.factories import add_poe, day, record_status
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, count_matched, get_json
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from api.values.datetimes import format_days, format_moment, get_today, parse_days, parse_moment
from models.tables.bitemporal import BEGINNING_OF_TIME, END_OF_TIME, Days

A_DAY = Days.on(day("04-15"))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        *(("2020-04-15", A_DAY), ("2020-04-15T00:00:00Z", A_DAY), ("2020-04-15T23:59:59.999Z", A_DAY)),
        ("2020-02-29", Days.on(day("02-29"))),
        ("2020-04-15/2020-05-01", Days(day("04-15"), day("05-01"))),
        ("2020-04-15/2020-04-15", A_DAY),
        ("2020-04-15T00:00:00Z/2020-05-01T00:00:00Z", Days(day("04-15"), day("05-01"))),
        *(
            ("../2020-05-01", Days(BEGINNING_OF_TIME, day("05-01"))),
            ("/2020-05-01", Days(BEGINNING_OF_TIME, day("05-01"))),
        ),
        *(("2020-05-01/..", Days(day("05-01"), END_OF_TIME)), ("2020-05-01/", Days(day("05-01"), END_OF_TIME))),
        ("../..", Days(BEGINNING_OF_TIME, END_OF_TIME)),
        ("0000-01-01T00:00:00Z/2020-05-01T00:00:00Z", Days(BEGINNING_OF_TIME, day("05-01"))),
        ("2020-05-01T00:00:00Z/9999-12-31T00:00:00Z", Days(day("05-01"), END_OF_TIME)),
        ("0000-01-01T00:00:00Z/9999-12-31T00:00:00Z", Days(BEGINNING_OF_TIME, END_OF_TIME)),
    ],
)
def test_days_are_read_as_ogc_and_qgis_write_them(text: str, days: Days) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("offset", ["Z", "+14:00", "-11:00"])
def test_date_of_a_date_time_counts_as_it_is_written(offset: str) -> None:
    assert parse_days(f"2020-04-15T23:30:00{offset}") == A_DAY
    assert parse_days(f"2020-04-15T00:30:00{offset}") == A_DAY


def test_reversed_interval_is_explained() -> None:
    with pytest.raises(ValueError, match="ends on 2020-04-01, before it starts on 2020-04-15"):
        parse_days("2020-04-15/2020-04-01")


@given(st.dates(), st.dates())
def test_days_are_read_back_as_they_are_written(one: dt.date, other: dt.date) -> None:
    for days in (Days.on(one), Days(min(one, other), max(one, other))):
        assert parse_days(format_days(days)) == days


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)))  # noqa: DTZ001 - bounds of what follows in UTC
def test_moments_are_read_back_as_they_are_written(moment: dt.datetime) -> None:
    assert parse_moment(format_moment(moment)) == moment


def test_date_as_moment_is_the_end_of_that_day_in_utc() -> None:
    assert parse_moment("2020-05-03") == dt.datetime(2020, 5, 3, 23, 59, 59, 999999, dt.UTC)


def test_plus_of_an_offset_may_have_become_a_space_on_its_way() -> None:
    assert parse_moment("2020-05-03T17:00:00 02:00") == dt.datetime(2020, 5, 3, 15, tzinfo=dt.UTC)


async def test_without_a_day_points_answer_for_today(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    await record_status(
        shipped, point, "closed", get_today().isoformat(), (get_today() + dt.timedelta(days=2)).isoformat()
    )
    page = await get_json(client, POINTS, status_group="fully_closed")
    assert (page["numberMatched"], page["datetime"]) == (1, get_today().isoformat())
    assert (await get_json(client, COUNTRIES, limit=1))["datetime"] == get_today().isoformat()


async def test_without_a_day_all_restrictions_answer(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    await record_status(shipped, point, "closed", "2019-03-01", "2019-04-01")
    await record_status(shipped, point, "closed", "2035-03-01")
    page = await get_json(client, RESTRICTIONS)
    assert (page["numberMatched"], page["datetime"]) == (2, "../..")


async def test_day_gives_the_restrictions_that_hold_on_it(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A")
    await record_status(shipped, point, "closed", "03-01", "04-01")
    counted = [
        await count_matched(client, RESTRICTIONS, datetime=f"2020-{on}") for on in ("02-29", "03-01", "03-31", "04-01")
    ]
    assert counted == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("days", "count"),
    [
        *(("2020-01-01/2020-02-29", 0), ("2020-01-01/2020-03-01", 1), ("2020-03-31/2020-04-30", 1)),
        *(("2020-04-01/2020-04-30", 0), ("../2020-02-29", 0), ("../2020-03-01", 1), ("2020-03-31/..", 2)),
        *(("2020-04-01/..", 1), ("../..", 2), ("2020-01-01/2020-12-31", 2)),
        *(("0000-01-01T00:00:00Z/2020-03-31T00:00:00Z", 1), ("2020-04-01T00:00:00Z/9999-12-31T00:00:00Z", 1)),
    ],
)
async def test_interval_gives_the_restrictions_that_hold_on_some_day_of_it(
    client: httpx.AsyncClient, shipped: AsyncConnection, days: str, count: int
) -> None:
    point = await add_poe(shipped, "XX-A")
    await record_status(shipped, point, "closed", "03-01", "04-01")
    await record_status(shipped, point, "open", "05-01")
    assert await count_matched(client, RESTRICTIONS, datetime=days) == count


@pytest.mark.parametrize(
    ("days", "status"),
    [
        *(("2020-03-05/2020-03-20", "closed"), ("2020-03-10/2020-03-31", "unknown"), ("2020-03-05/..", "open")),
        *(("../2020-03-31", "closed"), ("../..", "open"), ("0000-01-01T00:00:00Z/2020-03-20T00:00:00Z", "closed")),
        *(("2020-05-01/..", "unknown"), ("2020-03-01/9999-12-31", "open")),
    ],
)
async def test_interval_gives_the_last_state_of_a_point_within_it(
    client: httpx.AsyncClient, shipped: AsyncConnection, days: str, status: str
) -> None:
    point = await add_poe(shipped, "XX-A")
    await record_status(shipped, point, "closed", "03-01", "03-10")
    await record_status(shipped, point, "open", "04-01", "05-01")
    found = await get_json(client, f"{POINTS}/XX-A", datetime=days)
    assert found["properties"]["operational_status"] == status


async def test_interval_gives_the_last_measures_of_a_country_within_it(client: httpx.AsyncClient) -> None:
    serbia = await get_json(client, f"{COUNTRIES}/SRB", datetime="2020-03-12/2020-05-17")
    assert serbia["properties"]["international_travel"] == 1


async def test_page_shows_its_days(client: httpx.AsyncClient) -> None:
    for asked, said in (
        ("2020-04-15T12:00:00Z", "2020-04-15"),
        ("2020-04-15/2020-04-15", "2020-04-15"),
        ("/2020-04-15", "../2020-04-15"),
        ("0000-01-01T00:00:00Z/9999-12-31T00:00:00Z", "../.."),
    ):
        assert (await get_json(client, POINTS, limit=1, datetime=asked))["datetime"] == said


class TestKnowledge:
    @pytest.fixture(autouse=True)
    async def moments(self, shipped: AsyncConnection) -> list[dt.datetime]:
        """Closed from March on; open from April on; partly open in one week of March."""
        point = await add_poe(shipped, "XX-A")
        news = (("closed", "03-01"), ("open", "04-01"), ("closed_for_exit", "03-08", "03-15"))
        return [(await record_status(shipped, point, *each))[1] for each in news]

    async def statuses(self, client: httpx.AsyncClient, **asked: str) -> list[str]:
        """The status on a day before, one within the corrected week, and one in April."""
        return [
            (await get_json(client, f"{POINTS}/XX-A", datetime=f"2020-{on}", **asked))["properties"][
                "operational_status"
            ]
            for on in ("03-07", "03-10", "04-10")
        ]

    async def test_latest_state_is_the_default(self, client: httpx.AsyncClient) -> None:
        assert await self.statuses(client) == ["closed", "closed_for_exit", "open"]

    async def test_moment_selects_the_state_known_then(
        self, client: httpx.AsyncClient, moments: list[dt.datetime]
    ) -> None:
        said = [await self.statuses(client, as_known_at=format_moment(moment)) for moment in moments]
        assert said == [
            ["closed", "closed", "closed"],
            ["closed", "closed", "open"],
            ["closed", "closed_for_exit", "open"],
        ]

    async def test_correction_is_unknown_just_before_it(
        self, client: httpx.AsyncClient, moments: list[dt.datetime]
    ) -> None:
        before = format_moment(moments[2] - dt.timedelta(microseconds=1))
        assert await self.statuses(client, as_known_at=before) == ["closed", "closed", "open"]

    async def test_moment_to_come_knows_what_is_known_now(self, client: httpx.AsyncClient) -> None:
        assert await self.statuses(client, as_known_at="2199-01-01") == ["closed", "closed_for_exit", "open"]

    async def test_moment_may_be_written_with_an_offset(
        self, client: httpx.AsyncClient, moments: list[dt.datetime]
    ) -> None:
        elsewhere = moments[0].astimezone(dt.timezone(dt.timedelta(hours=5, minutes=45))).isoformat()
        assert await self.statuses(client, as_known_at=elsewhere) == ["closed", "closed", "closed"]

    async def test_restrictions_are_those_believed_then(
        self, client: httpx.AsyncClient, moments: list[dt.datetime]
    ) -> None:
        counted = [await count_matched(client, RESTRICTIONS, as_known_at=format_moment(moment)) for moment in moments]
        assert counted == [1, 2, 4]

    async def test_countries_count_the_state_known_then(
        self, client: httpx.AsyncClient, moments: list[dt.datetime]
    ) -> None:
        asked = {"datetime": "2020-03-10"}
        now = (await get_json(client, f"{COUNTRIES}/FJI", **asked))["properties"]
        then = (await get_json(client, f"{COUNTRIES}/FJI", as_known_at=format_moment(moments[0]), **asked))[
            "properties"
        ]
        assert (now["fully_closed"], now["partially_operational"]) == (0, 1)
        assert (then["fully_closed"], then["partially_operational"]) == (1, 0)

    async def test_page_shows_its_latest_change(self, client: httpx.AsyncClient, moments: list[dt.datetime]) -> None:
        said = [
            (await get_json(client, POINTS, limit=1, **asked))["as_known_at"]
            for asked in ({}, {"as_known_at": "2199-01-01"}, {"as_known_at": format_moment(moments[1])})
        ]
        assert said == [format_moment(moments[2]), format_moment(moments[2]), format_moment(moments[1])]


async def test_before_anything_was_known_there_were_no_points(client: httpx.AsyncClient) -> None:
    assert await count_matched(client, POINTS, as_known_at="2019-01-01T00:00:00Z") == 0


async def test_before_anything_was_known_countries_had_no_measures(client: httpx.AsyncClient) -> None:
    asked = {"datetime": "2020-04-15", "as_known_at": "2019-01-01T00:00:00Z"}
    serbia = (await get_json(client, f"{COUNTRIES}/SRB", **asked))["properties"]
    assert (serbia["international_travel"], serbia["poe_count"]) == (None, 0)


@pytest.mark.parametrize("on", ["0001-01-01", "0000-01-01", "1899-12-31", "9999-12-31", "9999-12-30T23:59:59Z"])
async def test_ends_of_the_calendar_answer(client: httpx.AsyncClient, on: str) -> None:
    for path in (POINTS, RESTRICTIONS, COUNTRIES):
        await get_json(client, path, datetime=on, limit=1)

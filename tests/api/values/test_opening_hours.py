"""Opening hours of a point: in every way in and out, on both time axes, in OpenStreetMap's syntax."""

import datetime as dt
import io
import time
from pathlib import Path

import httpx
import pytest
from helpers.factories import add_poe
from helpers.http import POINTS, get_json
from helpers.offices import create_office, sign_in
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.errors import LoadResult
from api.imports.importer import ImportContext
from api.imports.register import build_register_loader
from api.messages.message import MessageError
from api.submissions.readers.registry import XLSX
from api.values.opening_hours import MAX_OPENING_HOURS_CHARACTERS, parse_opening_hours
from models.tables.revision import begin_revision

SUBMISSIONS = "/submissions"
ITEM = f"{POINTS}/FJ-NAN"
HOURS = "Mo-Fr 08:00-18:00; PH off"
WINTER = "Nov-Mar off"
GOOD = (
    HOURS,
    WINTER,
    "24/7",
    "Mo-Su 00:00-24:00",
    "sunrise-sunset",
    'Mo-Fr 10:00-12:00 "by appointment"',
    "week 01-52/2 Fr 09:00-12:00",
    "Apr 01-Oct 31: 06:00-22:00",
)
BAD = (
    "8-18h",
    "Mo-Xx 08:00-18:00",
    "Mo-Fr 08:00-25:99",
    "lundi 08:00-18:00",
    "words",
    "open",
    "closed",
    "Mo-Fr 08:00-18:00\n",
    "(" * 200,
)
Headers = dict[str, str]


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    await add_poe(shipped, name="Nadi")
    return await sign_in(shipped, await create_office(shipped, "fiji", countries=["FJI"]))


async def post(client: httpx.AsyncClient, office: Headers, day: str, hours: str) -> httpx.Response:
    """Report the point open, with these opening hours."""
    row = {"point": "FJ-NAN", "assessed_on": day, "operational_status": "open", "opening_hours": hours}
    return await client.post(SUBMISSIONS, json={"rows": [row]}, headers=office)


async def hours_on(client: httpx.AsyncClient, day: str, **asked: str) -> str | None:
    feature = await get_json(client, ITEM, datetime=day, **asked)
    hours: str | None = feature["properties"]["opening_hours"]
    return hours


class TestSyntax:
    @pytest.mark.parametrize("text", GOOD)
    def test_of_openstreetmap_is_kept_as_written(self, text: str) -> None:
        assert parse_opening_hours(text) == text

    @pytest.mark.parametrize("text", BAD)
    def test_of_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(MessageError):
            parse_opening_hours(text)

    def test_is_bounded_in_length(self) -> None:
        hours = "; ".join(["Mo 08:00-18:00"] * 40)
        assert len(hours) > MAX_OPENING_HOURS_CHARACTERS
        with pytest.raises(MessageError) as refusal:
            parse_opening_hours(hours)
        assert refusal.value.message.key == "value_too_long"

    @pytest.mark.parametrize("text", ["(" * 255, "Mo," * 85, "1" * 255, "Mo-" * 85, '"' * 255])
    def test_hostile_text_is_refused_at_once(self, text: str) -> None:
        before = time.process_time()
        with pytest.raises(MessageError):
            parse_opening_hours(text)
        assert time.process_time() - before < 1


class TestReport:
    async def test_with_hours_changes_the_register_from_its_day_on(
        self, client: httpx.AsyncClient, office: Headers
    ) -> None:
        response = await post(client, office, "2020-05-01", HOURS)
        assert response.status_code == 201, response.text
        assert [await hours_on(client, day) for day in ("2020-04-30", "2020-05-01", "2020-09-01")] == [
            None,
            HOURS,
            HOURS,
        ]

    async def test_that_comes_late_leaves_later_hours(self, client: httpx.AsyncClient, office: Headers) -> None:
        for day, hours in (("2020-06-01", WINTER), ("2020-05-01", HOURS)):
            response = await post(client, office, day, hours)
            assert response.status_code == 201, response.text
        assert [await hours_on(client, day) for day in ("2020-05-31", "2020-06-01")] == [HOURS, WINTER]

    async def test_with_a_hyphen_takes_them_away(self, client: httpx.AsyncClient, office: Headers) -> None:
        for day, hours in (("2020-05-01", HOURS), ("2020-06-01", "-")):
            await post(client, office, day, hours)
        assert [await hours_on(client, day) for day in ("2020-05-31", "2020-06-01")] == [HOURS, None]

    async def test_is_known_only_from_then_on(self, client: httpx.AsyncClient, office: Headers) -> None:
        before = (await get_json(client, POINTS, limit=1))["as_known_at"]
        await post(client, office, "2020-05-01", HOURS)
        assert await hours_on(client, "2020-05-01", as_known_at=before) is None
        assert await hours_on(client, "2020-05-01") == HOURS

    async def test_again_is_unchanged(self, client: httpx.AsyncClient, office: Headers) -> None:
        await post(client, office, "2020-05-01", HOURS)
        again = await post(client, office, "2020-05-08", HOURS)
        assert again.json()["rows"][0]["outcome"] == "unchanged"

    @pytest.mark.parametrize("hours", BAD[:7])
    async def test_with_bad_hours_is_refused_by_row_column_and_value(
        self, client: httpx.AsyncClient, office: Headers, hours: str
    ) -> None:
        response = await post(client, office, "2020-05-01", hours)
        assert response.status_code == 422
        problem = response.json()["rows"][0]["problems"][0]
        assert (problem["column"], problem["value"], problem["code"]) == ("opening_hours", hours, "not_opening_hours")
        assert "Mo-Fr 08:00-18:00; PH off" in problem["message"]
        assert (await get_json(client, ITEM, datetime="2020-05-01"))["properties"]["assessed"] is False

    async def test_of_hours_alone_needs_no_status(self, client: httpx.AsyncClient, office: Headers) -> None:
        rows = [{"point": "FJ-NAN", "assessed_on": "2020-05-01", "opening_hours": HOURS}]
        response = await client.post(SUBMISSIONS, json={"rows": rows}, headers=office)
        assert response.status_code == 201, response.text
        found = (await get_json(client, ITEM, datetime="2020-05-01"))["properties"]
        assert (found["opening_hours"], found["assessed"]) == (HOURS, False)

    async def test_with_other_hours_of_the_same_day_is_refused(
        self, client: httpx.AsyncClient, office: Headers
    ) -> None:
        rows = [{"point": "FJ-NAN", "assessed_on": "2020-05-01", "opening_hours": each} for each in (HOURS, WINTER)]
        response = await client.post(SUBMISSIONS, json={"rows": rows}, headers=office)
        assert response.status_code == 422
        problems = [problem for row in response.json()["rows"] for problem in row.get("problems", [])]
        assert {problem["code"] for problem in problems} == {"contradicts_row"}

    async def test_as_csv_has_a_column_of_hours(self, client: httpx.AsyncClient, office: Headers) -> None:
        body = f'point,assessed_on,operational_status,opening_hours\nFJ-NAN,2020-05-01,open,"{HOURS}"\n'
        response = await client.post(SUBMISSIONS, content=body, headers=office | {"Content-Type": "text/csv"})
        assert response.status_code == 201, response.text
        assert await hours_on(client, "2020-05-01") == HOURS


class TestEditing:
    async def test_of_a_point_sets_and_takes_hours_away(self, client: httpx.AsyncClient, office: Headers) -> None:
        for day, hours in (("2020-05-01", HOURS), ("2020-06-01", None)):
            change = {"valid_from": day, "opening_hours": hours}
            response = await client.patch("/points-of-entry/FJ-NAN", json=change, headers=office)
            assert response.status_code == 200, response.text
        assert [await hours_on(client, day) for day in ("2020-05-31", "2020-06-01")] == [HOURS, None]

    async def test_of_a_feature_sets_hours(self, client: httpx.AsyncClient, office: Headers) -> None:
        response = await client.patch(ITEM, json={"properties": {"opening_hours": HOURS}}, headers=office)
        assert response.status_code == 200, response.text
        assert (await get_json(client, ITEM))["properties"]["opening_hours"] == HOURS

    async def test_with_bad_hours_is_refused(self, client: httpx.AsyncClient, office: Headers) -> None:
        response = await client.patch("/points-of-entry/FJ-NAN", json={"opening_hours": "8-18h"}, headers=office)
        assert response.status_code == 422
        assert "opening_hours" in response.text


class TestShown:
    async def test_in_history_with_the_days_on_which_they_held(
        self, client: httpx.AsyncClient, office: Headers
    ) -> None:
        await post(client, office, "2020-05-01", HOURS)
        history = await get_json(client, "/points-of-entry/FJ-NAN/history")
        current = [version for version in history["register"] if version["recorded_to"] is None]
        assert [(version["valid_from"], version["opening_hours"]) for version in current] == [
            ("2020-05-01", HOURS),
            (None, None),
        ]

    async def test_in_the_spreadsheet_of_the_week(self, client: httpx.AsyncClient, office: Headers) -> None:
        await post(client, office, "2020-05-01", HOURS)
        response = await client.get("/office/template.xlsx", headers=office)
        rows = list(load_workbook(io.BytesIO(response.content)).worksheets[0].iter_rows(values_only=True))
        assert any(HOURS in row for row in rows), rows[:4]
        again = await client.post(SUBMISSIONS, content=response.content, headers=office | {"Content-Type": XLSX})
        assert {row["outcome"] for row in again.json()["rows"]} == {"unchanged"}


async def test_register_file_may_have_hours(shipped: AsyncConnection, tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    head = "poe_id,name,poe_type,country_iso3,lat,lon,coord_precision,opening_hours\n"
    row = "XX-{0},Somewhere,airport,FJI,-17.8,177.4,exact,{1}\n"
    path.write_text(head + row.format(1, HOURS) + row.format(2, "8-18h"))
    intake = ImportContext(shipped, path, await begin_revision(shipped, "test"), LoadResult(path.name), None)
    await build_register_loader(dt.date(2020, 1, 1))(intake)
    assert [(each.row, each.column, each.value) for each in intake.loaded.row_errors] == [(3, "opening_hours", "8-18h")]

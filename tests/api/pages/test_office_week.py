"""Weekly update of an office as its page requests it, and the differences that it shows before sending."""

import datetime as dt
from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.offices import Headers, create_office, sign_in
from helpers.shipped.register import select_codes
from sqlalchemy.ext.asyncio import AsyncConnection

from api.values.datetimes import get_today
from models.recording.restrictions import MeasureRow

Json = dict[str, Any]
WORKERS = MeasureRow("mandatory_quarantine", "entry", "passenger", ("migrant_workers",))
NATIONALS = MeasureRow("mandatory_quarantine", "entry", "passenger", ("nationals",), is_exception=True)


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    """Return the key of an office of Serbia, which has the points HORGOS and NIS."""
    for code in ("HORGOS", "NIS"):
        await add_point(shipped, code)
    return await sign_in(shipped)


async def add_point(database: AsyncConnection, code: str, iso3: str = "SRB") -> int:
    return await add_poe(database, code, iso3=iso3)


async def week(client: httpx.AsyncClient, key: Headers, query: str = "") -> Json:
    response = await client.get(f"/office/week{query}", headers=key)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


async def tried(client: httpx.AsyncClient, key: Headers, *rows: Json) -> list[Json]:
    response = await client.post("/submissions?dry_run=true", json={"rows": rows}, headers=key)
    assert response.status_code == 200, response.text
    found: list[Json] = response.json()["rows"]
    return found


async def test_week_has_the_points_of_the_office_and_no_others(
    shipped: AsyncConnection, client: httpx.AsyncClient, office: Headers
) -> None:
    await add_point(shipped, "SOFIA", "BGR")
    found = await week(client, office)
    active = select_codes(country_iso3="SRB") | {"HORGOS", "NIS"}
    assert [point["point"] for point in found["points"]] == sorted(active)
    assert (found["office"]["code"], found["office"]["countries"]) == ("serbia", ["SRB"])


async def test_week_has_the_current_state_in_update_columns(
    shipped: AsyncConnection, client: httpx.AsyncClient, office: Headers
) -> None:
    number = await add_point(shipped, "GRADINA")
    until = get_today() + dt.timedelta(days=30)
    await record_status(
        shipped, number, "closed_for_entry", "2020-03-01", str(until), measures=(WORKERS, NATIONALS),
        populations=("tourists",),
    )  # fmt: skip
    points = {point["point"]: point for point in (await week(client, office))["points"]}
    believed = points["GRADINA"]["believed"]
    assert believed["operational_status"] == "closed_for_entry"
    assert believed["valid_until"] == str(until - dt.timedelta(days=1))
    assert [(each["measure"], each["is_exception"]) for each in believed["measures"]] == [
        ("mandatory_quarantine", False),
        ("mandatory_quarantine", True),
    ]
    assert believed["affected_populations"] == ["tourists"]
    assert points["NIS"]["believed"] is None


async def test_week_has_the_register_entry_of_each_point(client: httpx.AsyncClient, office: Headers) -> None:
    change = {"opening_hours": "Mo-Fr 08:00-18:00; PH off"}
    assert (await client.patch("/points-of-entry/LB-CMP-C020-RS", json=change, headers=office)).status_code == 200
    points = {point["point"]: point for point in (await week(client, office))["points"]}
    told = ("opening_hours", "evidence", "other_country", "counterpart")
    assert [points["LB-CMP-C020-RS"][name] for name in told] == [
        "Mo-Fr 08:00-18:00; PH off",
        "compiled_list",
        "BGR",
        "LB-CMP-C020-BG",
    ]
    assert [points["NIS"][name] for name in told] == [None] * 4


async def test_week_sent_back_unchanged_confirms_everything(
    shipped: AsyncConnection, client: httpx.AsyncClient, office: Headers
) -> None:
    number = await add_point(shipped, "GRADINA")
    await record_status(
        shipped, number, "closed_for_entry", "2020-03-01", measures=(WORKERS, NATIONALS),
        populations=("tourists",),
    )  # fmt: skip
    points = {point["point"]: point for point in (await week(client, office))["points"]}
    row = {name: value for name, value in points["GRADINA"]["believed"].items() if name != "valid_from"}
    assert [each["outcome"] for each in await tried(client, office, row | {"point": "GRADINA"})] == ["unchanged"]


async def test_point_is_due_until_assessed_in_the_week(client: httpx.AsyncClient, office: Headers) -> None:
    row = {"point": "NIS", "operational_status": "open"}
    assert (await client.post("/submissions", json={"rows": [row]}, headers=office)).status_code == 201
    found = await week(client, office)
    points = {point["point"]: point for point in found["points"]}
    assert (points["HORGOS"]["is_due"], points["NIS"]["is_due"]) == (True, False)
    assert points["NIS"]["last_assessed"] == str(get_today())


@pytest.mark.parametrize("role", ["reviewer", "admin"])
async def test_key_that_writes_for_no_country_or_for_all_has_no_points_unless_it_names_one(
    shipped: AsyncConnection, client: httpx.AsyncClient, role: str
) -> None:
    await create_office(shipped, "head", countries=(), regions=("SEEECA",))
    assert (await week(client, await sign_in(shipped, "head", role)))["points"] == []


async def test_admin_names_the_country(shipped: AsyncConnection, client: httpx.AsyncClient) -> None:
    found = await week(client, await sign_in(shipped, "head", "admin"), "?country=FJI")
    assert {point["country"] for point in found["points"]} == {"FJI"}


@pytest.mark.parametrize(("query", "status"), [("?country=BGR", 403), ("?country=XXX", 400), ("?day=1", 400)])
async def test_only_countries_of_the_office_can_be_requested(
    client: httpx.AsyncClient, office: Headers, query: str, status: int
) -> None:
    assert (await client.get(f"/office/week{query}", headers=office)).status_code == status


async def test_week_needs_a_key(client: httpx.AsyncClient) -> None:
    assert (await client.get("/office/week")).status_code == 401


async def test_dry_run_lists_the_change_of_each_row(
    shipped: AsyncConnection, client: httpx.AsyncClient, office: Headers
) -> None:
    number = await add_point(shipped, "GRADINA")
    await record_status(shipped, number, "open", "2020-01-10")
    row = {"point": "GRADINA", "assessed_on": "2020-04-15", "operational_status": "closed", "valid_until": "2020-05-10"}
    (told,) = await tried(client, office, row)
    empty: Json = {"measures": [], "affected_populations": [], "comment": None}
    assert told["before"] == empty | {"operational_status": "open", "valid_from": "2020-01-10", "valid_until": None}
    assert told["after"] == empty | {
        "operational_status": "closed",
        "valid_from": "2020-04-15",
        "valid_until": "2020-05-10",
    }


async def test_point_has_no_state_before_its_first_update(client: httpx.AsyncClient, office: Headers) -> None:
    (told,) = await tried(client, office, {"point": "NIS", "operational_status": "open"})
    assert (told["before"], told["after"]["operational_status"]) == (None, "open")


async def test_withdrawn_days_have_no_state_after(
    shipped: AsyncConnection, client: httpx.AsyncClient, office: Headers
) -> None:
    await record_status(shipped, await add_point(shipped, "GRADINA"), "open", "2020-01-10")
    (told,) = await tried(client, office, {"point": "GRADINA", "action": "retract", "valid_from": "2020-02-01"})
    assert (told["before"]["operational_status"], told["after"]) == ("open", None)


async def test_open_end_is_shown_to_end_where_the_next_row_begins(client: httpx.AsyncClient, office: Headers) -> None:
    rows = [
        {"point": "NIS", "assessed_on": day, "operational_status": status}
        for day, status in (("2020-03-01", "closed"), ("2020-04-01", "open"))
    ]
    march, april = await tried(client, office, *rows)
    assert (march["after"]["valid_until"], april["after"]["valid_until"]) == ("2020-03-31", None)


async def test_of_a_change_of_the_register_the_row_is_shown_as_it_came(
    client: httpx.AsyncClient, office: Headers
) -> None:
    (told,) = await tried(client, office, {"action": "change_point", "point": "NIS", "name": "Niš"})
    assert told["given"]["name"] == "Niš"


async def test_reviewer_sees_waiting_updates_as_a_difference(
    shipped: AsyncConnection, client: httpx.AsyncClient, office: Headers
) -> None:
    await create_office(shipped, "nis", needs_review=True)
    theirs = await sign_in(shipped, "nis")
    row = {"point": "NIS", "assessed_on": "2020-04-15", "operational_status": "closed"}
    waiting = (await client.post("/submissions", json={"rows": [row]}, headers=theirs)).json()
    assert waiting["rows"][0]["before"] is None
    earlier = row | {"assessed_on": "2020-04-01", "operational_status": "open"}
    assert (await client.post("/submissions", json={"rows": [earlier]}, headers=office)).status_code == 201
    reviewer = await sign_in(shipped, "head", "admin")
    seen = (await client.get(f"/submissions/{waiting['id']}", headers=reviewer)).json()
    assert seen["rows"][0]["before"]["operational_status"] == "open"
    assert seen["rows"][0]["after"]["operational_status"] == "closed"

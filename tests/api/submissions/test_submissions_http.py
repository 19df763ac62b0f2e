"""What a sender does over HTTP: posting the week in every form, reading what became of it, and having it reviewed."""

import codecs
import csv
import io
import json
from typing import Any

import httpx
import openpyxl
import pytest
from helpers.http import POINTS, find_link, get_json
from helpers.offices import Headers, create_office, sign_in
from sqlalchemy.ext.asyncio import AsyncConnection

import api.submissions.routes

PROBLEM = "application/problem+json"
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BELGRADE, NIS, KRALJEVO = "OA-4610", "OA-4612", "OA-31872"
WEEK = {"point": BELGRADE, "assessed_on": "2020-04-15", "operational_status": "closed"}
Json = dict[str, Any]


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    """The key of an office of Serbia."""
    return await sign_in(shipped, await create_office(shipped, "serbia"))


@pytest.fixture
async def reviewed_office(shipped: AsyncConnection) -> Headers:
    """The key of an office of Serbia whose news waits for review."""
    return await sign_in(shipped, await create_office(shipped, "nis", needs_review=True))


@pytest.fixture
async def reviewer(shipped: AsyncConnection) -> Headers:
    """The key of who decides for Serbia."""
    return await sign_in(shipped, await create_office(shipped, "europe", countries=[], regions=["SEEECA"]), "reviewer")


async def post(client: httpx.AsyncClient, key: Headers, *rows: Json, **query: str) -> httpx.Response:
    return await client.post("/submissions", json={"rows": rows}, headers=key, params=query)


async def status_of(client: httpx.AsyncClient, point: str = BELGRADE, on: str = "2020-04-15") -> Any:
    return (await get_json(client, f"{POINTS}/{point}", datetime=on))["properties"]["operational_status"]


async def decide(client: httpx.AsyncClient, number: int, decision: str, key: Headers, remark: str) -> httpx.Response:
    return await client.post(f"/submissions/{number}/{decision}", json={"remark": remark}, headers=key)


# Forms


def with_semicolons(row: Json) -> bytes:
    """CSV as Excel saves it in most of Europe: a byte order mark, semicolons, carriage returns."""
    return codecs.BOM_UTF8 + "\r\n".join([";".join(row), ";".join(row.values())]).encode()


def workbook(row: Json) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    for values in (list(row), list(row.values())):
        book.worksheets[0].append(values)
    book.save(written)
    return written.getvalue()


def feature_collection(row: Json) -> bytes:
    feature = {"type": "Feature", "geometry": None, "properties": row}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


FORMS = {
    "JSON": (json.dumps([WEEK]).encode(), "application/json"),
    "CSV": (with_semicolons(WEEK), f"{CSV}; charset=utf-8"),
    "XLSX": (workbook(WEEK), XLSX),
    "GeoJSON": (feature_collection(WEEK), "application/geo+json"),
}


@pytest.mark.parametrize("form", FORMS)
async def test_week_is_taken_in_every_form(client: httpx.AsyncClient, office: Headers, form: str) -> None:
    body, media_type = FORMS[form]
    response = await client.post("/submissions", content=body, headers=office | {"Content-Type": media_type})
    assert (response.status_code, response.json()["counts"]["added"]) == (201, 1), response.text
    assert await status_of(client) == "closed"
    kept = await client.get(f"{response.headers['location']}/body", headers=office)
    assert (kept.content, kept.headers["content-type"]) == (body, media_type)


async def test_browser_sends_the_file_as_a_field_of_a_form(client: httpx.AsyncClient, office: Headers) -> None:
    file = ("week 16.csv", with_semicolons(WEEK), "application/vnd.ms-excel")
    response = await client.post("/submissions", files={"file": file}, headers=office)
    assert response.status_code == 201, response.text
    kept = await client.get(response.headers["location"], headers=office)
    assert kept.json()["file_name"] == "week 16.csv"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["Point d'entrée", "Évalué le", "Statut opérationnel"], [BELGRADE, "2020-04-15", "Fermé"]),
        (["نقطة الدخول", "تاريخ التقييم", "الحالة التشغيلية"], [BELGRADE, "2020-04-15", "مغلق"]),
    ],
)
async def test_office_writes_in_its_own_language(
    client: httpx.AsyncClient, office: Headers, header: list[str], row: list[str]
) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([header, row])
    headers = office | {"Content-Type": CSV}
    response = await client.post("/submissions", content=written.getvalue().encode(), headers=headers)
    assert (response.status_code, response.json()["problems"]) == (201, []), response.text
    assert await status_of(client) == "closed"


# What comes back


async def test_response_is_stored_at_its_location(client: httpx.AsyncClient, office: Headers) -> None:
    response = await post(client, office, WEEK)
    told = response.json()
    kept = (await client.get(response.headers["location"], headers=office)).json()
    assert {name: kept[name] for name in told} == told
    assert (kept["office"], kept["state"], kept["href"]) == ("serbia", "published", response.headers["location"])


async def test_address_of_a_record_shows_the_record(client: httpx.AsyncClient, office: Headers) -> None:
    row = (await post(client, office, WEEK)).json()["rows"][0]
    record = await get_json(client, row["href"])
    shown = record["properties"]
    assert (record["id"], shown["valid_from"], shown["operational_status"]) == (row["record"], "2020-04-15", "closed")


async def test_misspelt_status_gets_the_nearest_codes(client: httpx.AsyncClient, office: Headers) -> None:
    response = await post(client, office, WEEK | {"operational_status": "clsoed"})
    assert (response.status_code, response.headers["content-type"]) == (422, PROBLEM)
    (problem,) = response.json()["rows"][0]["problems"]
    assert (problem["code"], problem["candidates"][0]) == ("unknown_code", "closed")


async def test_list_names_every_submission_once_page_by_page(
    client: httpx.AsyncClient, office: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [(await post(client, office, WEEK)).json()["id"] for _ in range(5)]
    monkeypatch.setattr(api.submissions.routes, "MAX_LISTED", 2)
    address: str | None = "/submissions?state=published"
    pages = []
    while address:
        page = (await client.get(address, headers=office)).json()
        pages.append([each["id"] for each in page["submissions"]])
        address = find_link(page, "next")
    assert pages == [sent[:2:-1], sent[2:0:-1], sent[:1]]


@pytest.mark.parametrize("number", ["99999999999999999999", "0", "-1", "one"])
async def test_number_that_no_submission_has_is_not_found(
    client: httpx.AsyncClient, office: Headers, number: str
) -> None:
    for path in (f"/submissions/{number}", f"/submissions/{number}/body"):
        response = await client.get(path, headers=office)
        assert (response.status_code, response.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/submissions?state=open", "state"),
        ("/submissions?after=99999999999999999999", "after"),
        ("/submissions?colour=red", "colour"),
        ("/submissions/1?colour=red", "colour"),
    ],
)
async def test_parameter_that_cannot_be_used_is_named(
    client: httpx.AsyncClient, office: Headers, path: str, parameter: str
) -> None:
    response = await client.get(path, headers=office)
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, parameter)


# What can be asked of a posting


async def test_dry_run_reports_the_result_and_stores_nothing(client: httpx.AsyncClient, office: Headers) -> None:
    tried = await post(client, office, WEEK, dry_run="true")
    assert (tried.status_code, tried.json()["state"], tried.json()["counts"]["added"]) == (200, "dry_run", 1)
    assert "location" not in tried.headers
    assert await status_of(client) == "unknown"
    assert (await client.get("/submissions", headers=office)).json()["submissions"] == []
    assert (await post(client, office, WEEK)).json()["counts"] == tried.json()["counts"]


async def test_partial_submission_records_rows_beside_a_bad_one(client: httpx.AsyncClient, office: Headers) -> None:
    rows = (WEEK, WEEK | {"point": NIS, "operational_status": "shut"})
    assert (await post(client, office, *rows)).status_code == 422
    response = await post(client, office, *rows, partial="true")
    assert response.status_code == 201
    assert [row["outcome"] for row in response.json()["rows"]] == ["added", "rejected"]
    assert (await status_of(client), await status_of(client, NIS)) == ("closed", "unknown")


async def test_repeated_submission_with_one_key_applies_once(client: httpx.AsyncClient, office: Headers) -> None:
    once = office | {"Idempotency-Key": "week 16"}
    first, second = await post(client, once, WEEK), await post(client, once, WEEK)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.headers["location"] == second.headers["location"]
    assert len((await client.get("/submissions", headers=office)).json()["submissions"]) == 1
    other = await post(client, once, WEEK | {"operational_status": "open"})
    assert (other.status_code, other.headers["content-type"]) == (422, PROBLEM)
    assert "week 16" in other.json()["detail"]


async def test_refused_submission_can_be_corrected_under_its_key(client: httpx.AsyncClient, office: Headers) -> None:
    once = office | {"Idempotency-Key": "week 16"}
    assert (await post(client, once, WEEK | {"operational_status": "shut"})).status_code == 422
    assert (await post(client, once, WEEK)).status_code == 201


async def test_empty_idempotency_key_is_none(client: httpx.AsyncClient, office: Headers) -> None:
    empty = office | {"Idempotency-Key": ""}
    for status in ("closed", "open"):
        assert (await post(client, empty, WEEK | {"operational_status": status})).status_code == 201


async def test_idempotency_key_has_a_greatest_length(client: httpx.AsyncClient, office: Headers) -> None:
    response = await post(client, office | {"Idempotency-Key": "k" * 256}, WEEK)
    assert (response.status_code, "256 characters" in response.json()["detail"]) == (400, True)
    assert (await post(client, office | {"Idempotency-Key": "k" * 255}, WEEK)).status_code == 201


async def test_if_match_protects_later_updates(client: httpx.AsyncClient, office: Headers) -> None:
    async def seen() -> Headers:
        return office | {"If-Match": (await client.get(f"/points-of-entry/{BELGRADE}/history")).headers["etag"]}

    before = await seen()
    assert (await post(client, before, WEEK)).status_code == 201
    late = await post(client, before, WEEK | {"operational_status": "open"})
    assert (late.status_code, late.headers["content-type"]) == (412, PROBLEM)
    now = await seen()
    assert now["If-Match"] in late.json()["detail"]
    assert await status_of(client) == "closed"
    assert (await post(client, now, WEEK | {"operational_status": "open"})).status_code == 201


async def test_if_match_covers_every_point(client: httpx.AsyncClient, office: Headers) -> None:
    points = (BELGRADE, NIS)
    etags = [(await client.get(f"/points-of-entry/{point}/history")).headers["etag"] for point in points]
    rows = [WEEK | {"point": point} for point in points]
    assert (await post(client, office | {"If-Match": etags[0]}, *rows)).status_code == 412
    assert (await post(client, office | {"If-Match": ", ".join(etags)}, *rows)).status_code == 201


# Review


async def test_waiting_submission_is_shown_as_a_difference_and_published(
    client: httpx.AsyncClient, office: Headers, reviewed_office: Headers, reviewer: Headers
) -> None:
    response = await post(client, reviewed_office, WEEK, WEEK | {"point": NIS})
    assert (response.status_code, response.json()["state"]) == (202, "waiting")
    number, place = response.json()["id"], response.headers["location"]
    await post(client, office, WEEK)
    seen = (await client.get(place, headers=reviewer)).json()
    assert [row["outcome"] for row in seen["rows"]] == ["unchanged", "added"]
    assert not any("record" in row for row in seen["rows"])
    assert await status_of(client, NIS) == "unknown"
    published = await decide(client, number, "publish", reviewer, "seen")
    assert (published.status_code, published.json()["state"]) == (200, "published")
    assert await status_of(client, NIS) == "closed"
    told = (await client.get(place, headers=reviewed_office)).json()
    assert (told["state"], told["remark"], "href" in told["rows"][1]) == ("published", "seen", True)


async def test_returned_submission_has_the_remark_and_is_not_published(
    client: httpx.AsyncClient, reviewed_office: Headers, reviewer: Headers
) -> None:
    response = await post(client, reviewed_office, WEEK)
    returned = await decide(client, response.json()["id"], "return", reviewer, "since when?")
    assert (returned.status_code, returned.json()["state"]) == (200, "returned")
    told = (await client.get(response.headers["location"], headers=reviewed_office)).json()
    assert (told["state"], told["remark"]) == ("returned", "since when?")
    listed = (await client.get("/submissions?state=returned", headers=reviewed_office)).json()["submissions"]
    assert [each["remark"] for each in listed] == ["since when?"]
    assert await status_of(client) == "unknown"


@pytest.mark.parametrize("first", ["publish", "return"])
async def test_decided_submission_is_not_decided_again(
    client: httpx.AsyncClient, reviewed_office: Headers, reviewer: Headers, first: str
) -> None:
    number = (await post(client, reviewed_office, WEEK)).json()["id"]
    await decide(client, number, first, reviewer, "")
    for decision in ("publish", "return"):
        again = await decide(client, number, decision, reviewer, "")
        assert (again.status_code, again.headers["content-type"]) == (409, PROBLEM)


async def test_row_that_fits_no_more_is_not_published(
    client: httpx.AsyncClient, office: Headers, reviewed_office: Headers, reviewer: Headers
) -> None:
    number = (await post(client, reviewed_office, WEEK)).json()["id"]
    await post(client, office, {"action": "retire_point", "point": BELGRADE, "valid_from": "2020-04-01"})
    refused = await decide(client, number, "publish", reviewer, "")
    assert (refused.status_code, refused.headers["content-type"]) == (422, PROBLEM)
    assert refused.json()["rows"][0]["problems"][0]["code"] == "point_is_retired"
    listed = (await client.get("/submissions?state=waiting", headers=reviewer)).json()["submissions"]
    assert [each["id"] for each in listed] == [number]


@pytest.mark.parametrize("body", [{"remark": "a\0b"}, {"remark": "x" * 2001}, {"remark": None}, {"colour": "red"}, []])
async def test_remark_that_cannot_be_kept_decides_nothing(
    client: httpx.AsyncClient, reviewed_office: Headers, reviewer: Headers, body: Any
) -> None:
    place = (await post(client, reviewed_office, WEEK)).headers["location"]
    response = await client.post(f"{place}/return", json=body, headers=reviewer)
    assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM)
    assert (await client.get(place, headers=reviewer)).json()["state"] == "waiting"


async def test_decision_cannot_be_tried(client: httpx.AsyncClient, reviewed_office: Headers, reviewer: Headers) -> None:
    place = (await post(client, reviewed_office, WEEK)).headers["location"]
    response = await client.post(f"{place}/publish", params={"dry_run": "true"}, json={}, headers=reviewer)
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "dry_run")
    assert await status_of(client) == "unknown"


# The register


async def test_file_changes_the_register_and_links_to_the_points(client: httpx.AsyncClient, office: Headers) -> None:
    header = "action,point,name,poe_type,country,longitude,latitude,successor,valid_from"
    rows = (
        "new_point,,Gradina,land_border_point,SRB,22.75,43.00,,2020-05-01",
        f"change_point,{NIS},Constantine the Great,,,,,,2020-05-01",
        f"merge_point,{KRALJEVO},,,,,,{NIS},2020-05-01",
    )
    body = "\n".join([header, *rows])
    response = await client.post("/submissions", content=body, headers=office | {"Content-Type": CSV})
    assert response.status_code == 201, response.text
    told = response.json()["rows"]
    assert [row["lifecycle"] for row in told] == ["proposed", "active", "merged"]
    for row in told:
        assert row["point"] in (await client.get(row["href"], headers=office)).text
    assert (await get_json(client, f"{POINTS}/{NIS}"))["properties"]["name"] == "Constantine the Great"


async def test_change_of_the_register_waits_for_review_too(
    client: httpx.AsyncClient, reviewed_office: Headers, reviewer: Headers
) -> None:
    patched = await client.patch(f"/points-of-entry/{NIS}", json={"name": "Constantine"}, headers=reviewed_office)
    assert patched.status_code == 202
    name = (await get_json(client, f"{POINTS}/{NIS}"))["properties"]["name"]
    assert name != "Constantine"
    published = await decide(client, patched.json()["id"], "publish", reviewer, "")
    assert published.json()["rows"][0]["outcome"] == "superseded"
    assert (await get_json(client, f"{POINTS}/{NIS}"))["properties"]["name"] == "Constantine"


async def test_marks_that_nobody_sees_do_not_matter(client: httpx.AsyncClient, office: Headers) -> None:
    """WhatsApp and spreadsheets in Arabic put them around what is copied."""
    row = {name: f"\u200f{value}\u200e" for name, value in WEEK.items()}
    assert (await post(client, office, row)).json()["counts"]["added"] == 1
    assert await status_of(client) == "closed"


async def test_name_of_nothing_to_see_is_missing(client: httpx.AsyncClient, office: Headers) -> None:
    new = {"action": "new_point", "country": "SRB", "poe_type": "airport", "longitude": "20.46", "latitude": "44.81"}
    for name in ("\u200b", "\u3164", "\u2800 \ufeff"):
        answer = (await post(client, office, new | {"name": name})).json()
        problems = [problem for row in answer["rows"] for problem in row["problems"]]
        assert ("name", "missing") in [(each["column"], each["code"]) for each in problems]


async def test_name_is_found_however_it_is_typed(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    new = {"action": "new_point", "country": "SRB", "poe_type": "airport", "longitude": "20.46", "latitude": "44.81"}
    admin = await sign_in(shipped, await create_office(shipped, "serbia"), "admin")
    assert (await post(client, admin, new | {"name": "s\u030cuma"})).json()["counts"]["added"] == 1
    for query in ("name=\u0161uma", "name=s\u030cuma", "filter=name='\u0161uma'", "filter=name LIKE 's\u030cu%'"):
        assert (await get_json(client, f"{POINTS}?{query}"))["numberMatched"] == 1, query

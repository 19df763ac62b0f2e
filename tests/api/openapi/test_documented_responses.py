"""Answers of every operation against what /api documents: statuses, media types, and the schema of each document."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from pathlib import PurePath
from typing import Any

import httpx
import pytest
from helpers.editing import CLOSED, NEW, POINT
from helpers.http import POINTS, RESTRICTIONS, Document
from helpers.offices import Headers, create_office, sign_in
from helpers.operations.documented import Documented
from helpers.operations.walk import PLACES, SMALL
from openapi_schema_validator import OAS30WriteValidator
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.openapi.document import build_document, iterate_operations
from api.openapi.operation import Operation
from api.parameters.shared import map_parameter_fields
from api.reports.editions import add_erratum, freeze_edition
from api.reports.parameters import Area
from api.settings import get_settings
from models.tables.webhook import WebhookDelivery

SOME_DAY = dt.date(2020, 5, 6)
ROW = {
    "point": POINT,
    "assessed_on": "2020-04-15",
    "operational_status": "partially_operational",
    "measures": [{"measure": "mandatory_quarantine", "direction": "entry", "affected_populations": ["nationals"]}],
    "expected_duration": "under_14_days",
    "confidence": "confirmed",
    "source_url": "https://example.org/decree",
    "comment": "Decree 33",
    "estimated_daily_inflow": 120,
    "health_staff": "yes",
}
PROPOSED = {
    "action": "new_point",
    "name": "Most",
    "poe_type": "land_border_point",
    "country": "SRB",
    "longitude": 20.5,
    "latitude": 44.8,
    "valid_from": "2020-03-01",
}
ONE_ROW = b'[{"point":"OA-4610","assessed_on":"2020-04-15","operational_status":"open"}]'
FORM = {"_uuid": "a" * 36, "point": POINT, "assessed_on": "2020-05-01"}
FEATURE = {"type": "Feature", "geometry": None, "properties": ROW}
NEEDED = {"/crossings": {"from": "SRB", "to": "HRV"}, "/nearest": {"lon": "20.46", "lat": "44.81"}}
# Each names one more group or period, or another level: rows and figures have other members by it.
MORE = {
    "/statistics": [{"group_by": group} for group in ("region,day", "measure,week", "affected_population,month")],
    "/accessibility": [{"step": "week", "datetime": "2020-04-01/2020-04-15"}, {"population": "nationals"}],
    "/signals": [{"least_points": "1", "datetime": "2020-04-16", "days": "10"}],
    "/reports/points-of-entry": [
        {"level": "country", "area": "SRB", "edition": "1"},
        {"level": "region", "area": "EHA", "on": "2020-05-06"},
    ],
    "/nearest": [{"passable": "no,unknown,not_known_lately,not_assessed,yes,conditional"}],
    "/changes.json": [{"limit": "1"}],
}
# A report takes seconds to print; tests of reports do so.
PRINTED = {"pdf", "xlsx"}
WITHOUT_AN_ITEM = {"restrictions.getFeature", "changes.getFeature"}
READING = [each for each in iterate_operations() if each.method == "get"]


@pytest.fixture(scope="module")
def documented() -> Documented:
    return Documented(build_document("http://test"))


@pytest.fixture
async def watched(client: httpx.AsyncClient, documented: Documented) -> AsyncIterator[httpx.AsyncClient]:
    """A client all of whose answers have to be as they are documented."""
    faults: list[str] = []

    async def check(response: httpx.Response) -> None:
        await response.aread()
        faults.extend(documented.faults(response))

    client.event_hooks["response"].append(check)
    yield client
    assert faults == []


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "serbia"))


@pytest.fixture
async def waiting_office(shipped: AsyncConnection) -> Headers:
    """The key of an office whose news waits for review."""
    return await sign_in(shipped, await create_office(shipped, "nis", needs_review=True))


@pytest.fixture
async def reviewer(shipped: AsyncConnection) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "europe", countries=[], regions=["SEEECA"]), "reviewer")


@pytest.fixture
async def admin(shipped: AsyncConnection) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "all", countries=["FJI"]), "admin")


@pytest.fixture
async def used(client: httpx.AsyncClient, shipped: AsyncConnection, office: Headers) -> None:
    """Something to tell of in every document: news, a correction, a proposal, an edition, a message given up."""
    for row in (ROW, {**ROW, "assessed_on": "2020-04-20", "operational_status": "closed"}, PROPOSED):
        assert (await client.post("/submissions", json=[row], headers=office)).status_code == 201
    area = Area("country", "SRB")
    await freeze_edition(shipped, area, SOME_DAY)
    await add_erratum(shipped, area, 1, "A point was counted twice.")


def address_of(operation: Operation) -> str:
    places = PLACES
    if "countries" in operation.path:
        places = {**PLACES, "featureId": "FJI"}
    if operation.id == "getTileMatrixSet":
        places = {**PLACES, "name": "WebMercatorQuad"}
    if operation.path.startswith("/offices/"):
        places = {**PLACES, "code": "serbia"}
    return operation.path.format_map(_Ones(places))


class _Ones(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return "1"


def queries_of(operation: Operation) -> Iterator[dict[str, str]]:
    """Small requests: with each form of answer, and with what changes the members of the answer."""
    fields = map_parameter_fields(operation.parameters) if operation.parameters else {}
    base = {name: value for name, value in SMALL.items() if name in fields} | NEEDED.get(operation.path, {})
    if operation.role != "anyone" and "country" in fields:
        base["country"] = "SRB"
    has_forms = "f" in fields and not PurePath(operation.path).suffix
    forms = _literals(fields["f"].annotation) if has_forms else []
    yield from ({**base, **more} for more in ({}, {"country": "SRB"} if "country" in fields else {}))
    if operation.answer == "Report":
        forms = [name for name in forms if name not in PRINTED]
    yield from ({**base, "f": name} for name in forms)
    yield from ({**base, **more} for more in MORE.get(operation.path, ()))
    if "as_known_at" in fields:
        yield {**base, "as_known_at": "2100-01-01"}


def _literals(annotation: Any) -> list[str]:
    return [name for part in annotation.__args__ for name in getattr(part, "__args__", ())]


@pytest.mark.usefixtures("used")
async def test_read_responses_match_the_document(watched: httpx.AsyncClient, admin: Headers, office: Headers) -> None:
    # Those of a number, or of what changed last week, are asked for where there is such a thing.
    known = [each for each in READING if "{number}" not in each.path and each.id not in WITHOUT_AN_ITEM]
    for operation in known:
        address, needed = address_of(operation), NEEDED.get(operation.path, {})
        key = {} if operation.role == "anyone" else admin if operation.role == "admin" else office
        for query in queries_of(operation):
            response = await watched.get(address, params=query, headers=key)
            assert response.status_code < 300, (operation.id, query, response.text)
        for accept in operation.gives if operation.answer != "Report" else ():
            await watched.get(address, params={**needed, "country": "SRB"}, headers=key | {"Accept": accept})


async def test_error_responses_match_the_document(watched: httpx.AsyncClient, office: Headers) -> None:
    for operation in READING:
        address = address_of(operation)
        for headers in ({}, {"Accept": "text/html"}, {"X-API-Key": "nonsense"}, office):
            await watched.get(address, params={"colour": "red"}, headers=headers)
        await watched.get(address, params={"f": "nonsense", "datetime": "nonsense"}, headers=office)
        await watched.get(operation.path.format_map(_Nowhere()), headers=office)


class _Nowhere(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "99" if name in {"z", "x", "y", "number", "delivery"} else "nowhere"


# Submissions


async def test_submission_responses_match_the_document(watched: httpx.AsyncClient, office: Headers) -> None:
    statuses = []
    for body, query in (
        ([ROW], {"dry_run": "true"}),
        ([ROW, PROPOSED], {"dry_run": "true"}),
        ([ROW], {}),
        ([ROW], {}),
        ([{**ROW, "operational_status": "clsd"}, {**ROW, "point": None}], {}),
        ([ROW | {"number": 1}, {**ROW, "number": 2, "operational_status": "clsd"}], {"partial": "true"}),
        ([{"action": "retract", "point": POINT, "valid_from": "2020-04-15"}], {}),
        ([{**ROW, "point": "OA-3"}], {}),
        ({"rows": "none"}, {}),
        ([{**ROW, "source": 7, "colour": "red"}], {}),
    ):
        statuses.append((await watched.post("/submissions", json=body, params=query, headers=office)).status_code)
    assert {200, 201, 422} <= set(statuses)
    await watched.get("/submissions", headers=office)
    await watched.get("/submissions", params={"state": "published"}, headers=office)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"point;assessed_on;operational_status\nOA-4610;2020-04-15;open\n", {"Content-Type": "text/csv"}, 201),
        (b"point;colour\nOA-4610;red\n", {"Content-Type": "text/csv"}, 422),
        (b"<rows/>", {"Content-Type": "application/xml"}, 415),
        (b"{", {"Content-Type": "application/json"}, 422),
        (b"[]", {"Content-Type": "application/json"}, 422),
        (b"x" * 40_000_000, {"Content-Type": "text/csv"}, 413),
        (b"[]", {"Content-Type": "application/json", "Idempotency-Key": "x" * 300}, 400),
        (ONE_ROW, {"Content-Type": "application/json", "If-Match": '"nonsense"'}, 412),
    ],
)
async def test_file_responses_match_the_document(
    watched: httpx.AsyncClient, office: Headers, body: bytes, headers: Headers, status: int
) -> None:
    response = await watched.post("/submissions", content=body, headers=office | headers)
    assert response.status_code == status, response.text[:500]


async def test_reused_idempotency_key_response_matches_the_document(
    watched: httpx.AsyncClient, office: Headers
) -> None:
    once = office | {"Idempotency-Key": "week 16"}
    for status in (201, 201):
        assert (await watched.post("/submissions", json=[ROW], headers=once)).status_code == status
    assert (await watched.post("/submissions", json=[PROPOSED], headers=once)).status_code == 422


@pytest.mark.parametrize("decision", ["publish", "return"])
async def test_review_responses_match_the_document(
    watched: httpx.AsyncClient, waiting_office: Headers, reviewer: Headers, decision: str
) -> None:
    posted = await watched.post("/submissions", json=[ROW, PROPOSED], headers=waiting_office)
    assert posted.status_code == 202
    address = f"/submissions/{posted.json()['id']}"
    for key in (waiting_office, reviewer):
        await watched.get(address, headers=key)
        await watched.get(f"{address}/body", headers=key)
    assert (await watched.post(f"{address}/{decision}", content=b"{", headers=reviewer)).status_code == 400
    statuses = [
        (await watched.post(f"{address}/{decision}", json={"remark": "Seen"}, headers=key)).status_code
        for key in ({}, waiting_office, reviewer, reviewer)
    ]
    assert statuses == [401, 403, 200, 409]
    await watched.get(address, headers=waiting_office)
    assert (await watched.post(f"/submissions/9/{decision}", json={}, headers=reviewer)).status_code in {403, 404}


@pytest.mark.parametrize("decision", ["accept", "decline"])
async def test_proposal_decision_responses_match_the_document(
    watched: httpx.AsyncClient, office: Headers, reviewer: Headers, decision: str
) -> None:
    code = (await watched.post("/submissions", json=[PROPOSED], headers=office)).json()["rows"][0]["point"]
    for key in (office, reviewer):
        assert (await watched.get("/points-of-entry/proposed", headers=key)).json()["points"]
    await watched.get(f"{POINTS}/{code}", headers=office)
    path = f"/points-of-entry/{code}/{decision}"
    statuses = [(await watched.post(path, json={}, headers=key)).status_code for key in (office, reviewer, reviewer)]
    assert statuses[:2] == [403, 200]
    assert statuses[2] in {404, 409}


async def test_point_change_responses_match_the_document(
    watched: httpx.AsyncClient, office: Headers, waiting_office: Headers
) -> None:
    path, change = f"/points-of-entry/{POINT}", {"name": "Beograd", "valid_from": "2020-04-15"}
    for body, headers, status in (
        (change, office | {"If-Match": '"nonsense"'}, 412),
        (change, waiting_office, 202),
        (change, office, 200),
        ({"poe_type": "seaport"}, office, 422),
        ({"colour": "red"}, office, 400),
        (change, {}, 401),
    ):
        assert (await watched.patch(path, json=body, headers=headers)).status_code == status
    assert (await watched.patch("/points-of-entry/nowhere", json=change, headers=office)).status_code == 404


@pytest.mark.parametrize(("answers", "status"), [({**FORM, "operational_status": "open"}, 201), ({}, 422)])
async def test_form_responses_match_the_document(
    watched: httpx.AsyncClient, office: Headers, answers: Document, status: int
) -> None:
    token = office["Authorization"].removeprefix("Bearer ")
    assert (await watched.post("/hooks/kobo", json=answers, headers=office)).status_code == status
    assert (await watched.post(f"/hooks/kobo/{token}", json=answers)).status_code == status
    assert (await watched.post("/hooks/kobo/nonsense", json=answers)).status_code == 401


# Edits


@pytest.mark.parametrize(("path", "feature"), [(POINTS, NEW), (RESTRICTIONS, CLOSED)])
async def test_edit_responses_match_the_document(
    watched: httpx.AsyncClient, office: Headers, waiting_office: Headers, path: str, feature: Document
) -> None:
    assert (await watched.post(path, json=feature, headers=waiting_office)).status_code == 202
    assert (await watched.post(path, json=feature, headers=office, params={"dry_run": "true"})).status_code == 200
    made = await watched.post(path, json=feature, headers=office)
    assert made.status_code == 201
    item = httpx.URL(made.headers["location"]).path
    await watched.get(item, headers=office)
    for headers, status in (({}, 401), (office | {"If-Match": '"nonsense"'}, 412), (office, 200)):
        assert (await watched.put(item, json=feature, headers=headers)).status_code == status
    change = {"properties": {"comment": "x"} if path == RESTRICTIONS else {"name": "Most"}}
    patched = await watched.patch(item, json=change, headers=office)
    assert patched.status_code == 200
    item = httpx.URL(patched.headers["content-location"]).path
    for body, content_type, status in (
        (b"{}", "text/plain", 415),
        (b"{", "application/json", 400),
        (b'{"properties":{"colour":"red"}}', "application/json", 400),
        (b'{"properties":{"poe_type":"seaport","operational_status":"clsd"}}', "application/json", 422),
        (b"x" * 2_000_000, "application/json", 413),
    ):
        answer = await watched.patch(item, content=body, headers=office | {"Content-Type": content_type})
        assert answer.status_code in {status, 400}, answer.text
    for headers, query, statuses in ((office, {"dry_run": "true"}, {200, 204}), (office, {}, {200, 204})):
        assert (await watched.delete(item, params=query, headers=headers)).status_code in statuses
    assert (await watched.delete(item, headers=office)).status_code in {404, 409}
    assert (await watched.delete(f"{path}/99999999", headers=office)).status_code == 404


# Offices


async def test_office_responses_match_the_document(watched: httpx.AsyncClient, office: Headers, admin: Headers) -> None:
    new = {"code": "kenya", "name": "Kenya", "countries": ["KEN"], "regions": ["EHA"]}
    for body, headers, status in (
        (new, office, 403),
        (new, admin, 201),
        (new, admin, 409),
        ({**new, "code": "KE!"}, admin, 400),
        ({**new, "code": "kenya2", "countries": ["XXX"]}, admin, 400),
        ("[]", admin, 400),
    ):
        assert (await watched.post("/offices", json=body, headers=headers)).status_code == status
    assert (await watched.patch("/offices/kenya", json={"needs_review": True}, headers=admin)).status_code == 200
    assert (await watched.patch("/offices/nowhere", json={}, headers=admin)).status_code == 404
    for path in ("/offices", "/offices/kenya", "/offices/kenya/due", "/audit"):
        await watched.get(path, headers=admin)
        await watched.get(path, headers=office)


async def test_key_responses_match_the_document(watched: httpx.AsyncClient, office: Headers, admin: Headers) -> None:
    await watched.get("/offices/serbia", headers=office)
    made = await watched.post("/offices/serbia/keys", json={"role": "office", "label": "x"}, headers=admin)
    assert made.status_code == 201
    assert (await watched.post("/offices/serbia/keys", json={"role": "king"}, headers=admin)).status_code == 400
    path = f"/offices/serbia/keys/{made.json()['prefix']}"
    assert [(await watched.delete(path, headers=key)).status_code for key in (office, admin)] == [403, 204]
    assert (await watched.delete("/offices/serbia/keys/nothing", headers=admin)).status_code == 404
    await watched.get("/offices/serbia/keys", headers=office)
    await watched.get("/audit", headers=admin)


async def test_webhook_responses_match_the_document(
    watched: httpx.AsyncClient, shipped: AsyncConnection, office: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("CROSSINGS_WEBHOOKS_PER_OFFICE", "1")
    monkeypatch.setenv("CROSSINGS_SECRET", "for tests alone, and of thirty-two characters or more")
    get_settings.cache_clear()
    new = {"url": "http://127.0.0.1:9999/hook", "countries": ["SRB"]}
    statuses = [
        (await watched.post("/webhooks", json=body, headers=office)).status_code
        for body in (new, new, {"url": "ftp://x"}, {})
    ]
    get_settings.cache_clear()
    assert statuses == [201, 409, 400, 400]
    (made,) = (await watched.get("/webhooks", headers=office)).json()["webhooks"]
    now = dt.datetime.now(dt.UTC)
    given_up = {"created_at": now, "due_at": now, "attempts": 9, "dead_at": now, "last_error": "the answer was 503"}
    await shipped.execute(insert(WebhookDelivery).values(webhook_id=made["id"], payload={"changes": []}, **given_up))
    path = httpx.URL(made["href"]).path
    (dead,) = (await watched.get(f"{path}/dead", headers=office)).json()["dead"]
    retry = httpx.URL(dead["retry"]).path
    assert [(await watched.post(retry, headers=office)).status_code for _ in range(2)] == [202, 404]
    assert [(await watched.delete(path, headers=office)).status_code for _ in range(2)] == [204, 404]


# Bodies


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ("UpdateRows", {"rows": [ROW, PROPOSED]}),
        (
            "UpdateFeatures",
            {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None, "properties": ROW}]},
        ),
        ("NewPointOfEntry", NEW),
        ("NewRestriction", CLOSED),
        ("RestrictionChange", {"properties": {"comment": None, "valid_to": "2020-05-11"}}),
        ("PointChange", {"name": "Beograd", "iata": None}),
        ("NewOffice", {"code": "kenya", "name": "Kenya", "countries": ["KEN"]}),
        ("NewKey", {"role": "office", "label": None}),
        ("NewWebhook", {"url": "https://example.org/hook"}),
        ("Remark", {"remark": "Seen"}),
    ],
)
def test_accepted_bodies_match_the_document(documented: Documented, schema: str, body: Any) -> None:
    components = documented.document["components"]
    whole = {**components["schemas"][schema], "components": components}
    assert [error.message for error in OAS30WriteValidator(whole).iter_errors(body)] == []


def test_every_operation_that_writes_is_tested_here() -> None:
    """Those that read are listed from the document itself."""
    tested = {"createFeature", "replaceFeature", "updateFeature", "deleteFeature", "postSubmission", "changePoint"}
    tested |= {"publishSubmission", "returnSubmission", "acceptPoint", "declinePoint", "postFormAnswer", "addOffice"}
    tested |= {"postFormAnswerByAddress", "changeOffice", "issueKey", "revokeKey", "addWebhook", "removeWebhook"}
    tested |= {"retryDelivery"}
    assert {each.id.rpartition(".")[2] for each in iterate_operations() if each.method != "get"} == tested

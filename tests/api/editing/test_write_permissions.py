"""Who may write what: every path that writes, with every kind of key. A path that this does not name fails it."""

import io
from typing import Any

import httpx
import openpyxl
import pytest
from helpers.offices import NOON, Headers, build_bearer, create_key, create_office, expire_key, sign_in
from helpers.operations.routes import list_methods_and_paths
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.auth.api_key import Key
from api.main import create_app
from models.accounts.api_keys import revoke_key
from models.accounts.webhooks import add_webhook
from models.tables.audit import AuditEntry
from models.tables.office import Office

SAFE = {"GET", "HEAD", "OPTIONS"}
PROBLEM = "application/problem+json"
POINT = "OA-4610"
CLOSED = {"point": POINT, "assessed_on": "2020-04-16", "operational_status": "closed"}
FORM = {"_uuid": "2a8129f5-3091-44e1-a579-bed2b07a12cf"} | CLOSED
NEW = {
    "action": "new_point",
    "name": "Example",
    "poe_type": "land_border_point",
    "country": "SRB",
    "longitude": "20.5",
    "latitude": "44",
}
OFFICE = {"code": "chad", "name": "Tchad", "countries": ["TCD"]}
ITEMS = "/collections/{collection_id}/items"
FEATURE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [20.5, 44]},
    "properties": {"name": "Example", "poe_type": "airport", "country": "SRB"},
}
# An address that nobody may have told things: whoever is answered 400 was let through to be told so.
HOOK = {"url": "http://127.0.0.1:9/hook", "countries": ["SRB"]}
WITHOUT_A_KEY = ("nobody", "an unknown key", "a revoked key", "an expired key")
WITH_A_KEY = ("the office", "another office", "the reviewer", "another reviewer", "the admin")
# Whoever has no key is not told whether these are there.
NO_NAMES = {
    "collection_id": "points-of-entry",
    "item_id": POINT,
    "code": "serbia",
    "prefix": "aaaaaaaa",
    "number": "1",
    "delivery": "1",
}
# What each may do there; whoever is not named is told 403.
PATHS: dict[tuple[str, str], tuple[Any, dict[str, int]]] = {
    ("POST", "/offices"): (OFFICE, {"the admin": 201}),
    ("PATCH", "/offices/{code}"): ({"name": "Srbija"}, {"the admin": 200}),
    ("POST", "/offices/{code}/keys"): ({"role": "office"}, {"the admin": 201}),
    ("DELETE", "/offices/{code}/keys/{prefix}"): (None, {"the admin": 204}),
    ("POST", "/submissions"): ({"rows": [CLOSED]}, {"the office": 202, "the admin": 201}),
    ("POST", "/submissions/{number}/publish"): ({}, {"the reviewer": 200, "another reviewer": 404, "the admin": 200}),
    ("POST", "/submissions/{number}/return"): (
        {"remark": "why?"},
        {"the reviewer": 200, "another reviewer": 404, "the admin": 200},
    ),
    ("PATCH", "/points-of-entry/{code}"): ({"name": "Another"}, {"the office": 202, "the admin": 200}),
    # To whom it does not concern a proposal is not there.
    ("POST", "/points-of-entry/{code}/accept"): ({}, {"the reviewer": 200, "another reviewer": 404, "the admin": 200}),
    ("POST", "/points-of-entry/{code}/decline"): ({}, {"the reviewer": 200, "another reviewer": 404, "the admin": 200}),
    ("POST", "/hooks/kobo/{token}"): (FORM, {"the office": 202, "the admin": 201}),
    ("POST", "/hooks/kobo"): (FORM, {"the office": 202, "the admin": 201}),
    # One path for all collections: of a point and of the collection of points here.
    ("POST", ITEMS): (FEATURE, {"the office": 202, "the admin": 201}),
    ("PUT", ITEMS + "/{item_id}"): (FEATURE, {"the office": 202, "the admin": 200}),
    ("PATCH", ITEMS + "/{item_id}"): ({"properties": {"name": "Another"}}, {"the office": 202, "the admin": 200}),
    ("DELETE", ITEMS + "/{item_id}"): (None, {"the office": 202, "the admin": 200}),
    ("POST", "/webhooks"): (HOOK, dict.fromkeys(WITH_A_KEY, 400)),
    # To every other office a webhook is not there.
    ("DELETE", "/webhooks/{number}"): (None, dict.fromkeys(WITH_A_KEY, 404) | {"the office": 204}),
    ("POST", "/webhooks/{number}/dead/{delivery}/retry"): (None, dict.fromkeys(WITH_A_KEY, 404)),
}


def test_every_path_that_writes_is_in_the_table(shipped_engine: AsyncEngine) -> None:
    found = set(list_methods_and_paths(create_app(shipped_engine).routes))
    assert {(method, path) for method, path in found if method not in SAFE} == set(PATHS)


@pytest.mark.parametrize("who", WITHOUT_A_KEY)
@pytest.mark.parametrize("path", PATHS, ids=" ".join)
async def test_writing_requires_a_valid_key(
    client: httpx.AsyncClient, shipped: AsyncConnection, path: tuple[str, str], who: str
) -> None:
    response = await asked(client, shipped, path, await key_without_rights(shipped, who))
    assert (response.status_code, response.headers["content-type"]) == (401, PROBLEM)
    assert "www-authenticate" in response.headers


@pytest.mark.parametrize("who", WITH_A_KEY)
@pytest.mark.parametrize("path", PATHS, ids=" ".join)
async def test_each_role_writes_only_where_it_may(
    client: httpx.AsyncClient, shipped: AsyncConnection, path: tuple[str, str], who: str
) -> None:
    key = await key_of(shipped, who)
    may = PATHS[path][1]
    response = await asked(client, shipped, path, key, **await names_for(client, shipped, path))
    assert response.status_code == may.get(who, 403), response.text
    if response.is_error:
        assert response.headers["content-type"] == PROBLEM


async def asked(
    client: httpx.AsyncClient, database: AsyncConnection, path: tuple[str, str], key: Key | str | None, **names: str
) -> httpx.Response:
    """Ask for the path; a request that is refused may write nothing."""
    token = "nonsense" if key is None else key if isinstance(key, str) else key.format()
    headers = {} if key is None or "{token}" in path[1] else build_bearer(key)
    before = await written(database)
    response = await client.request(
        path[0], path[1].format(token=token, **NO_NAMES | names), json=PATHS[path][0], headers=headers
    )
    assert response.is_success or await written(database) == before
    return response


async def names_for(client: httpx.AsyncClient, database: AsyncConnection, path: tuple[str, str]) -> dict[str, str]:
    """What stands in the path: of an office of Serbia that is under review, and what it posted before."""
    office = await create_office(database, "serbia", needs_review=True)
    if path[1].startswith("/submissions/"):
        return {"number": str(await posted(client, await sign_in(database, office)))}
    if path[1].startswith("/webhooks/"):
        return {"number": str(await a_webhook(database, office))}
    if path[1].startswith("/points-of-entry/"):
        return {"code": POINT if path[0] == "PATCH" else await proposed(client, database)}
    return {"code": office, "prefix": (await create_key(database, office)).prefix}


async def posted(client: httpx.AsyncClient, office: Headers) -> int:
    """The number of a submission of an office of Serbia that waits for review."""
    answer = await client.post("/submissions", json={"rows": [CLOSED]}, headers=office)
    assert answer.status_code == 202
    return int(answer.json()["id"])


async def proposed(client: httpx.AsyncClient, database: AsyncConnection) -> str:
    """The code of a point that waits for acceptance, by an office whose news does not."""
    office = await sign_in(database, await create_office(database, "belgrade"))
    answer = await client.post("/submissions", json={"rows": [NEW]}, headers=office)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["rows"][0]["point"])


async def a_webhook(database: AsyncConnection, office: str) -> int:
    number = (await database.execute(select(Office.id).where(Office.code == office))).scalar_one()
    return await add_webhook(database, number, url="https://example.org/", iso3s=[], regions=[], at=NOON, most=1)


async def written(database: AsyncConnection) -> int:
    return await database.scalar(select(func.count()).select_from(AuditEntry)) or 0


async def key_of(database: AsyncConnection, who: str) -> Key:
    await create_office(database, "serbia", needs_review=True)
    await create_office(database, "fiji", countries=["FJI"])
    await create_office(database, "europe", countries=[], regions=["SEEECA"])
    await create_office(database, "africa", countries=[], regions=["002"])
    await create_office(database, "hq", countries=[])
    offices = {"the office": "serbia", "another office": "fiji", "the reviewer": "europe", "another reviewer": "africa"}
    role = "admin" if who == "the admin" else "reviewer" if "reviewer" in who else "office"
    return await create_key(database, offices.get(who, "hq"), role)


async def key_without_rights(database: AsyncConnection, who: str) -> Key | str | None:
    await create_office(database, "serbia", needs_review=True)
    key = await create_key(database, "serbia")
    if who == "nobody":
        return None
    if who == "an unknown key":
        return key.format()[:-4] + "AAAA"
    if who == "a revoked key":
        await revoke_key(database, key.prefix, by=None, at=NOON)
    else:
        await expire_key(database, key)
    return key


SEES = {"the office": True, "another office": False, "the reviewer": True, "another reviewer": False, "the admin": True}


@pytest.mark.parametrize("who", WITH_A_KEY)
async def test_waiting_update_is_visible_to_its_office_and_reviewers(
    client: httpx.AsyncClient, shipped: AsyncConnection, who: str
) -> None:
    own = await sign_in(shipped, await create_office(shipped, "serbia", needs_review=True))
    number = await posted(client, own)
    code = await proposed(client, shipped)
    headers = build_bearer(await key_of(shipped, who))
    for path in (f"/submissions/{number}", f"/submissions/{number}/body"):
        response = await client.get(path, headers=headers)
        assert response.status_code == (200 if SEES[who] else 404)
    for path, name in (("/submissions", f'"id":{number},'), ("/points-of-entry/proposed", f'"{code}"')):
        assert (name in (await client.get(path, headers=headers)).text) == SEES[who]


async def test_idempotency_keys_are_separate_by_office(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    own = await sign_in(shipped, await create_office(shipped, "serbia", needs_review=True)) | {
        "Idempotency-Key": "week"
    }
    other = await sign_in(shipped, await create_office(shipped, "sarajevo")) | {"Idempotency-Key": "week"}
    await posted(client, own)
    answer = await client.post("/submissions", json={"rows": [CLOSED]}, headers=other)
    assert (answer.status_code, answer.json()["state"]) == (201, "published")


async def test_waiting_update_is_not_public(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    own = await sign_in(shipped, await create_office(shipped, "serbia", needs_review=True))
    await posted(client, own)
    code = await proposed(client, shipped)
    seen = await client.get(f"/collections/points-of-entry/items/{POINT}", params={"datetime": "2020-04-16"})
    assert seen.json()["properties"]["operational_status"] == "unknown"
    history = (await client.get(f"/points-of-entry/{POINT}/history")).json()
    assert (history["restrictions"], history["assessments"]) == ([], [])
    for path in (f"/collections/points-of-entry/items/{code}", f"/points-of-entry/{code}/history"):
        assert (await client.get(path)).status_code == 404


async def test_waiting_update_is_hidden_from_other_offices_of_the_country(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    own = await sign_in(shipped, await create_office(shipped, "serbia", needs_review=True))
    other = await sign_in(shipped, await create_office(shipped, "sarajevo"))
    await a_webhook(shipped, "sarajevo")
    before = await all_that_is_read(client, other)
    await posted(client, own)
    assert await all_that_is_read(client, other) == before


async def all_that_is_read(client: httpx.AsyncClient, key: Headers) -> list[Any]:
    """What the office of Sarajevo is told of the points, from the documents and the cells of the spreadsheets."""
    due = "/offices/sarajevo/due?datetime=2020-04-16"
    documents = ("/submissions", "/submissions?state=waiting", due, "/webhooks", "/freshness?datetime=2020-04-16")
    read: list[Any] = [(await told(client, path, key)).json() for path in documents]
    for path, sheet in (("/office/template.xlsx", "Update"), ("/office/form.xlsx", "choices")):
        book = openpyxl.load_workbook(io.BytesIO((await told(client, path, key)).content))
        read.append(list(book[sheet].values))
    return read


async def told(client: httpx.AsyncClient, path: str, key: Headers) -> httpx.Response:
    response = await client.get(path, headers=key)
    assert response.status_code == 200, response.text
    return response


@pytest.mark.parametrize("path", ["/offices/serbia/due", "/office/template.xlsx", "/office/form.xlsx", "/audit"])
async def test_office_files_are_not_readable_by_another_office(
    client: httpx.AsyncClient, shipped: AsyncConnection, path: str
) -> None:
    await create_office(shipped, "serbia", needs_review=True)
    other = await sign_in(shipped, await create_office(shipped, "fiji", countries=["FJI"]))
    asked = {"country": "SRB"} if path.startswith("/office/") else {}
    response = await client.get(path, params=asked, headers=other)
    assert (response.status_code, response.headers["content-type"]) == (403, PROBLEM)


async def test_webhook_belongs_to_its_office(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    number = await a_webhook(shipped, await create_office(shipped, "serbia"))
    other = await sign_in(shipped, await create_office(shipped, "fiji", countries=["FJI"]))
    assert (await told(client, "/webhooks", other)).json() == {"webhooks": []}
    assert (await client.get(f"/webhooks/{number}/dead", headers=other)).status_code == 404


async def test_other_office_of_the_country_cannot_decide_waiting_updates(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    own = await sign_in(shipped, await create_office(shipped, "serbia", needs_review=True))
    other = await sign_in(shipped, await create_office(shipped, "sarajevo"))
    number = await posted(client, own)
    for decision in ("publish", "return"):
        for key in (own, other):
            answer = await client.post(f"/submissions/{number}/{decision}", json={}, headers=key)
            assert answer.status_code == 403
    assert (await client.get(f"/submissions/{number}", headers=other)).status_code == 404

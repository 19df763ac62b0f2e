"""Offices over HTTP and on the command line: who may see and do what, and what a bad body is told."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import create_database
from helpers.offices import NOON, Headers, count_audit_entries, create_key, create_office, sign_in
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.api_key import Key
from api.database.engine import build_engine
from api.server.lifecycle import migrate_database
from models.accounts.offices import change_office, fetch_office

PROBLEM = "application/problem+json"
NEW = {"code": "chad", "name": "Tchad", "language": "fr", "countries": ["tcd"], "regions": [], "needs_review": True}
# Who may: nobody without a key, an office of its own, a reviewer of another, an admin.
PATHS = (
    ("GET", "/offices", None, {"admin": 200}),
    ("POST", "/offices", NEW, {"admin": 201}),
    ("GET", "/offices/serbia", None, {"own": 200, "own reviewer": 200, "admin": 200}),
    ("PATCH", "/offices/serbia", {"name": "Srbija"}, {"admin": 200}),
    ("GET", "/offices/serbia/keys", None, {"own": 200, "own reviewer": 200, "admin": 200}),
    ("POST", "/offices/serbia/keys", {"role": "office"}, {"admin": 201}),
    ("DELETE", "/offices/serbia/keys/{prefix}", None, {"admin": 204}),
    ("GET", "/audit", None, {"admin": 200}),
)
CALLERS = {
    "nobody": None,
    "own": ("serbia", "office"),
    "own reviewer": ("serbia", "reviewer"),
    "other": ("fiji", "office"),
    "other reviewer": ("fiji", "reviewer"),
    "admin": ("hq", "admin"),
}


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize(("method", "path", "body", "allowed"), PATHS)
async def test_each_role_on_each_path(
    client: httpx.AsyncClient,
    shipped: AsyncConnection,
    who: str,
    method: str,
    path: str,
    body: Any,
    allowed: dict[str, int],
) -> None:
    key = await create_key(shipped)
    role = CALLERS[who]
    headers = await sign_in(shipped, *role) if role else {}
    before = await count_audit_entries(shipped)
    response = await client.request(method, path.format(prefix=key.prefix), headers=headers, json=body)
    assert response.status_code == allowed.get(who, 401 if role is None else 403)
    wrote = response.is_success and method != "GET"
    assert await count_audit_entries(shipped) == before + wrote
    if response.is_success:
        assert response.headers["cache-control"] == "no-store"
    else:
        assert response.headers["content-type"] == PROBLEM


async def admin(database: AsyncConnection) -> Headers:
    return await sign_in(database, "hq", "admin")


async def refused(client: httpx.AsyncClient, headers: Headers, **fields: Any) -> list[dict[str, str]]:
    """The errors of a new office that has to be refused, which is as NEW but for these fields."""
    body = {name: value for name, value in (NEW | fields).items() if value is not ...}
    response = await client.post("/offices", headers=headers, json=body)
    assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM)
    errors: list[dict[str, str]] = response.json()["errors"]
    return errors


async def test_new_office_is_there_as_it_was_sent(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await admin(shipped)
    made = await client.post("/offices", headers=headers, json=NEW)
    assert made.headers["location"] == "http://test/offices/chad"
    read = await client.get(made.headers["location"], headers=headers)
    assert read.json() == made.json()
    assert {name: read.json()[name] for name in NEW} == NEW | {"countries": ["TCD"]}
    assert made.json() in (await client.get("/offices", headers=headers)).json()["offices"]


async def test_office_that_is_there_is_not_made_again(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await admin(shipped)
    await create_office(shipped, "chad", countries=["TCD"])
    response = await client.post("/offices", headers=headers, json=NEW)
    assert (response.status_code, "chad" in response.json()["detail"]) == (409, True)
    assert (await client.get("/offices/chad", headers=headers)).json()["name"] == "Chad"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        *(("code", "Chad", "Chad"), ("code", "c", "c"), ("code", "-chad", "-chad"), ("code", "chad\n", "chad\n")),
        *(("name", "", ""), ("name", "  ", "  "), ("name", "a\0b", "a\0b"), ("name", None, "null"), ("name", 1, "1")),
        *(("language", "de", "de"), ("needs_review", "perhaps", "perhaps"), ("countries", "TCD", "TCD")),
        *(("name", "x" * 201, "x" * 100 + "…"), ("colour", "red", "red"), ("regions", {"a": 1}, '{"a": 1}')),
    ],
)
async def test_bad_field_is_named_with_its_value(
    client: httpx.AsyncClient, shipped: AsyncConnection, field: str, value: Any, told: str
) -> None:
    (error,) = await refused(client, await admin(shipped), **{field: value})
    assert (error["field"], error["value"]) == (field, told)
    assert error["reason"]


async def test_missing_field_is_named(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    (error,) = await refused(client, await admin(shipped), code=...)
    assert error == {"field": "code", "value": "", "reason": "Field required"}


async def test_every_bad_field_is_named_at_once(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    errors = await refused(client, await admin(shipped), code="C", language="xx", colour=1)
    assert {error["field"] for error in errors} == {"code", "language", "colour"}


async def test_countries_and_regions_that_do_not_exist_are_named(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    errors = await refused(client, await admin(shipped), countries=["TCD", "XYZ", "A\u0430B"], regions=["NOWHERE"])
    assert [(error["field"], error["value"]) for error in errors] == [
        ("countries", "A\u0410B"),
        ("countries", "XYZ"),
        ("regions", "NOWHERE"),
    ] or {error["value"] for error in errors} == {"A\u0410B", "XYZ", "NOWHERE"}


async def test_bad_one_of_several_countries_is_named_by_its_place(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    (error,) = await refused(client, await admin(shipped), countries=["TCD", 7])
    assert (error["field"], error["value"]) == ("countries.1", "7")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        *((b"{", "application/json"), (b"", "application/json"), (b"[]", "application/json"), (b"1", "text/plain")),
        *((b"{}", "text/plain"), (b"\xff\xfe", "application/json"), (b'"\\ud800"', "application/json")),
        (b'{"\\ud800": "\\ud800"}', "application/json"),
    ],
)
async def test_body_other_than_a_json_object_is_refused(
    client: httpx.AsyncClient, shipped: AsyncConnection, content: bytes, media_type: str
) -> None:
    headers = await admin(shipped) | {"Content-Type": media_type}
    response = await client.post("/offices", headers=headers, content=content)
    assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM)


async def test_oversized_body_is_not_read(client: httpx.AsyncClient) -> None:
    response = await client.post("/offices", content=b'{"name": "' + b"x" * 100_000 + b'"}')
    assert response.status_code == 413


async def test_change_leaves_other_fields(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await admin(shipped)
    await create_office(shipped, "chad", countries=["TCD"], language="fr", needs_review=True)
    changed = await client.patch("/offices/chad", headers=headers, json={"countries": ["cmr", "TCD", "CMR"]})
    assert changed.status_code == 200
    assert changed.json()["countries"] == ["CMR", "TCD"]
    assert (changed.json()["language"], changed.json()["needs_review"]) == ("fr", True)
    assert (await client.get("/offices/chad", headers=headers)).json() == changed.json()


async def test_change_counts_for_the_next_request(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers, own = await admin(shipped), await sign_in(shipped)
    await client.patch("/offices/serbia", headers=headers, json={"name": "Srbija", "countries": []})
    read = (await client.get("/offices/serbia", headers=own)).json()
    assert (read["name"], read["countries"]) == ("Srbija", [])


async def test_change_to_what_it_is_already_leaves_no_trace(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    headers = await admin(shipped)
    await create_office(shipped, "chad", countries=["TCD"])
    before = await count_audit_entries(shipped)
    for body in ({}, {"name": "Chad"}, {"countries": ["TCD"], "language": "en"}):
        assert (await client.patch("/offices/chad", headers=headers, json=body)).status_code == 200
    assert await count_audit_entries(shipped) == before


@pytest.mark.parametrize("body", [{"name": None}, {"code": "tchad"}, {"countries": None}, {"countries": ["XYZ"]}])
async def test_bad_change_changes_nothing(client: httpx.AsyncClient, shipped: AsyncConnection, body: Any) -> None:
    headers = await admin(shipped)
    await create_office(shipped, "chad", countries=["TCD"])
    before = (await client.get("/offices/chad", headers=headers)).json()
    assert (await client.patch("/offices/chad", headers=headers, json=body)).status_code == 400
    assert (await client.get("/offices/chad", headers=headers)).json() == before


@pytest.mark.parametrize("code", ["nowhere", "%00", "X", "%C3%A9t%C3%A9"])
async def test_office_that_is_not_there_is_not_found(
    client: httpx.AsyncClient, shipped: AsyncConnection, code: str
) -> None:
    headers = await admin(shipped)
    for method, path, body in (("GET", "", None), ("PATCH", "", {}), ("GET", "/keys", None)):
        response = await client.request(method, f"/offices/{code}{path}", headers=headers, json=body)
        assert (response.status_code, response.headers["content-type"]) == (404, PROBLEM)


async def test_existence_of_another_office_is_not_disclosed(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    own = await sign_in(shipped)
    await create_office(shipped, "fiji", countries=["FJI"])
    there, nowhere = [await client.get(f"/offices/{code}", headers=own) for code in ("fiji", "nowhere")]
    assert there.status_code == nowhere.status_code == 403
    assert "'fiji'" in there.json()["detail"]
    assert there.json()["detail"].replace("fiji", "nowhere") == nowhere.json()["detail"]


@pytest.mark.parametrize("path", ["/offices", "/offices/hq", "/offices/hq/keys"])
async def test_unknown_parameter_is_refused(client: httpx.AsyncClient, shipped: AsyncConnection, path: str) -> None:
    response = await client.get(path, headers=await admin(shipped), params={"colour": "red"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "colour"


def crossings(address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": address}
    command = Path(sys.executable).with_name("crossings")
    return subprocess.run([command, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_first_admin_gets_a_key_from_the_command_line(server: str) -> None:
    with create_database(server) as address:
        migrate_database(address)
        assert crossings(address, "office", "add", "hq", "--name", "HQ [red]", "--needs-review").returncode == 0
        issued = crossings(address, "key", "issue", "hq", "--role", "admin", "--expires-in-days", "30")
        key = Key.parse(issued.stdout)
        assert key.secret not in issued.stderr
        assert crossings(address, "office", "set", "hq", "--no-needs-review", "--language", "fr").returncode == 0
        listed = crossings(address, "office", "list").stdout.splitlines()[1].split()
        assert listed == ["hq", "HQ", "[red]", "fr", "no"]
        listed_keys = crossings(address, "key", "list", "hq").stdout
        assert key.prefix in listed_keys
        assert key.secret not in listed_keys
        assert crossings(address, "key", "revoke", key.prefix).returncode == 0
        (revoked_row,) = [row for row in crossings(address, "key", "list").stdout.splitlines() if key.prefix in row]
        assert revoked_row.count("UTC") == 3
        _refusals(address)


def _refusals(address: str) -> None:
    for arguments, said in (
        (("office", "add", "hq", "--name", "Again"), "there is an office 'hq' already"),
        (("office", "add", "HQ", "--name", "HQ"), "code: is 2 to 40 small letters"),
        (("office", "set", "nowhere", "--name", "x"), "there is no office 'nowhere'"),
        (("office", "set", "hq", "--country", "xyz"), "'XYZ' is not the code of a country"),
        (("key", "issue", "nowhere"), "there is no office 'nowhere'"),
        (("key", "issue", "hq", "--role", "chief"), "role: is not a role"),
        (("key", "revoke", "aaaaaaaa"), "no key has this prefix"),
        (("key", "list", "nowhere"), "there is no office 'nowhere'"),
    ):
        refused = crossings(address, *arguments)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("crossings: ")
        assert said in refused.stderr
        assert len(refused.stderr.splitlines()) == 1


@pytest.fixture
def database_of_its_own(server: str) -> Iterator[str]:
    """A database for what is committed."""
    with create_database(server) as address:
        migrate_database(address)
        yield address


async def test_concurrent_changes_of_an_office_both_apply(database_of_its_own: str) -> None:
    """Done on connections of their own: the second waits for the first, and changes what that left."""
    engine = build_engine(database_of_its_own)
    async with engine.begin() as connection:
        await create_office(connection, "hq", countries=[])

    async def change(**changes: Any) -> None:
        async with engine.begin() as connection:
            await change_office(connection, "hq", changes, by=None, at=NOON)

    await asyncio.gather(change(name="Seat"), change(language="fr"), change(needs_review=True))
    async with engine.connect() as connection:
        entry = await fetch_office(connection, "hq")
    await engine.dispose()
    assert entry is not None
    assert (entry.name, entry.language, entry.needs_review) == ("Seat", "fr", True)

"""Every parameter, header and body of the API at its extremes: refused or answered, and never a failure of ours.

What is walked through is what the application lists: a new parameter is in it without being named here.
"""

import asyncio
import json
import logging
import warnings
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from helpers.offices import create_key, create_office
from helpers.operations.extremes import IN_BODIES, IN_HEADERS, IN_PATHS, KINDS, RAW_BODIES
from helpers.operations.walk import Operation, list_operations
from helpers.response_cache import serve_with_cache
from helpers.servers.plain_asgi import Answered, Header, escape_value, send_request
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.last_used import wait_for_key_uses
from api.collections.properties import get_default_properties
from api.collections.receivables import EDITABLE_COLLECTIONS
from api.collections.registry import COLLECTIONS
from api.database.engine import build_engine
from api.main import create_app
from api.openapi.document import build_document
from api.submissions.columns import COLUMNS

PROBLEM = "application/problem+json"
AT_ONCE = 8
PART = 16
PATH_PART = 4
HEADERS = (
    *("accept", "accept-encoding", "accept-language", "if-none-match", "if-match", "if-range", "idempotency-key"),
    *("content-disposition", "content-crs", "range", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"),
    *("forwarded", "origin", "sec-fetch-site", "cookie", "user-agent", "content-type", "x-openrosa-version"),
)
# What a body needs so that its other members are looked at.
VALID = {"code": "walked", "name": "Walked", "role": "office", "url": "https://1.1.1.1/"}
JSON = [("content-type", "application/json")]
GEOJSON = [("content-type", "application/geo+json")]
LONGEST_PROBLEM_BYTES = 20_000
# What readiness says of a busy machine: beside four other runs of the tests, the database took more than two seconds.
TOO_SLOW = "database too slow"
Key = list[Header]


@pytest.fixture(scope="module")
async def engine(copied: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(copied, server_settings={"statement_timeout": "60000"})
    yield engine
    await wait_for_key_uses()
    await engine.dispose()


@pytest.fixture(scope="module")
async def application(engine: AsyncEngine) -> AsyncIterator[FastAPI]:
    application = create_app(engine)
    yield application
    await application.state.health.database.aclose()


@pytest.fixture(scope="module")
async def service(application: FastAPI) -> AsyncIterator[Any]:
    """As it is served: with what stands in front of the application, and nothing kept."""
    async with serve_with_cache(application) as front:
        yield front


@pytest.fixture(scope="module")
async def key(engine: AsyncEngine) -> Key:
    async with engine.begin() as connection:
        await create_office(connection, "fiji", countries=["FJI"])
        found = await create_key(connection, "fiji", "admin")
    return [("authorization", f"Bearer {found.format()}")]


@pytest.fixture(scope="module")
def walked(application: FastAPI) -> list[Operation]:
    return list_operations(build_document("http://test"), application)


@pytest.fixture(autouse=True)
def nothing_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """That nothing was answered as a fault of the request only because the database refused it."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def all_of(works: Iterable[Awaitable[list[str]]]) -> list[str]:
    """What is wrong, found by all the works, some of which go on at the same time."""
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(work: Awaitable[list[str]]) -> list[str]:
        async with at_once:
            return await work

    return [fault for faults in await asyncio.gather(*map(one, works)) for fault in faults]


def faults_of(answered: Answered, operation: Operation, what: str, value: object, *, parameter: str = "") -> list[str]:
    """What is wrong with an answer to the operation where `what` has the value; `parameter` is to be named by a 400."""
    place = f"{operation.method} {operation.path} {what}={str(value)[:80]!r}"
    if answered.status < 400 or is_busy(operation, answered):
        return []
    if answered.status >= 500:
        return [f"{place}: {answered.status} {answered.body[:200]!r}"]
    if answered.headers.get("content-type") != PROBLEM:
        return [f"{place}: {answered.status} as {answered.headers.get('content-type')}: {answered.body[:200]!r}"]
    document = answered.json()
    if len(answered.body) > LONGEST_PROBLEM_BYTES and document.get("state") != "refused":
        return [f"{place}: an answer of {len(answered.body):,} bytes"]
    named = {error.get("parameter") for error in document.get("errors", ())}
    if parameter and answered.status == 400 and parameter not in named:
        return [f"{place}: {answered.body[:300]!r} names {named}"]
    return []


def is_busy(operation: Operation, answered: Answered) -> bool:
    """Whether readiness says that the database is too slow: true of the machine, and no fault of the request's."""
    return operation.path == "/health/ready" and answered.status == 503 and answered.json()["status"] == TOO_SLOW


def query_of(**parameters: str) -> str:
    return "&".join(f"{name}={escape_value(value)}" for name, value in parameters.items())


async def test_every_query_parameter(service: Any, key: Key, walked: list[Operation]) -> None:
    works = (walk_query(service, key, place, each) for place, each in enumerate(walked) if each.query)
    assert await all_of(works) == []


async def walk_query(service: Any, key: Key, place: int, operation: Operation) -> list[str]:
    """Parameters that answer alike to a word are taken for alike: each value is given to one of them."""
    alike: dict[str, list[str]] = {}
    for name, schema in operation.query.items():
        answered = await with_value(service, key, operation, name, "x")
        alike.setdefault(json.dumps([schema, reasons_of(answered)]), []).append(name)
    faults = []
    for group, (known, names) in enumerate(alike.items()):
        in_part = operation.is_like_another or "enum" in known or '"boolean"' in known
        taken = [not in_part and await is_taken(service, key, operation, names[0], value) for value in KINDS]
        for number, value in enumerate(values_for(taken, place + group)):
            name = names[number % len(names)]
            answered = await with_value(service, key, operation, name, value)
            faults += faults_of(answered, operation, name, value, parameter=name if value else "")
    return faults


def reasons_of(answered: Answered) -> list[str]:
    return [error["reason"] for error in answered.json()["errors"]] if answered.status == 400 else []


def values_for(taken: list[bool], place: int) -> Iterator[str]:
    """All values of the kind that is taken, or of texts where every kind is; of the others a part, by the place."""
    for (kind, values), is_taken in zip(KINDS.items(), taken, strict=True):
        whole = kind == "x" if all(taken) else is_taken
        yield from values if whole else values[place % PART :: PART]


async def is_taken(service: Any, key: Key, operation: Operation, name: str, value: str) -> bool:
    return (await with_value(service, key, operation, name, value)).status != 400


async def with_value(service: Any, key: Key, operation: Operation, name: str, value: str) -> Answered:
    language = {"filter-lang": "cql2-json"} if name == "filter" and value.startswith("{") else {}
    query = query_of(**(operation.base | language | {name: value}))
    return await asked(service, key, operation, query=query)


async def asked(
    service: Any,
    key: Key,
    operation: Operation,
    *,
    query: str | None = None,
    headers: Key | None = None,
    body: bytes | None = None,
    **places: str,
) -> Answered:
    """The answer to a small valid request but for what is given."""
    sent = [*(key if operation.needs_key else ()), *(headers or ())]
    if operation.takes and body is None:
        sent.append(("content-type", operation.takes[0]))
    address = operation.address(**{name: escape_value(value).replace("/", "%2F") for name, value in places.items()})
    known = query_of(**operation.base) if query is None else query
    sending = b"{}" if operation.takes and body is None else body or b""
    return await send_request(service, operation.method, address, known, sent, sending)


async def test_every_part_of_a_path(service: Any, key: Key, walked: list[Operation]) -> None:
    works = (walk_path(service, key, place, each) for place, each in enumerate(walked))
    assert await all_of(works) == []


async def walk_path(service: Any, key: Key, place: int, operation: Operation) -> list[str]:
    faults = []
    for name in operation.places:
        for value in IN_PATHS[place % PATH_PART :: PATH_PART]:
            answered = await asked(service, key, operation, **{name: value})
            faults += faults_of(answered, operation, name, value)
    return faults


async def test_every_header_that_is_read(service: Any, key: Key, walked: list[Operation]) -> None:
    works = (walk_headers(service, key, place, each) for place, each in enumerate(walked))
    assert await all_of(works) == []


async def walk_headers(service: Any, key: Key, place: int, operation: Operation) -> list[str]:
    """All headers have the same value at once, but those that say who asks."""
    faults = []
    for value in IN_HEADERS[place % PART :: PART]:
        headers = [(name, value) for name in HEADERS]
        answered = await asked(service, key, operation, headers=headers)
        faults += faults_of(answered, operation, "headers", value)
        answered = await asked(service, [], operation, headers=[("authorization", value), ("x-api-key", value)])
        faults += faults_of(answered, operation, "key", value)
    return faults


async def test_every_body(service: Any, key: Key, walked: list[Operation]) -> None:
    works = (walk_bodies(service, key, each) for each in walked if each.takes)
    assert await all_of(works) == []


async def walk_bodies(service: Any, key: Key, operation: Operation) -> list[str]:
    faults = []
    for number, body in enumerate(RAW_BODIES):
        media_type = operation.takes[number % len(operation.takes)]
        answered = await asked(service, key, operation, headers=[("content-type", media_type)], body=body)
        faults += faults_of(answered, operation, media_type, body)
    return faults


async def test_every_member_of_a_body(service: Any, key: Key, application: FastAPI, walked: list[Operation]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # FastAPI wants a name of its own for each method of a path.
        described = application.openapi()
    works = (walk_members(service, key, each, members_of(described, each)) for each in walked if each.takes)
    assert await all_of(works) == []


def members_of(described: dict[str, Any], operation: Operation) -> dict[str, Any]:
    """The members of the body by name, as FastAPI knows them, with whether they are needed."""
    path = operation.path if operation.path in described["paths"] else operation.path.replace("featureId", "item_id")
    body = described["paths"].get(path, {}).get(operation.method.lower(), {}).get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return {name: name in schema.get("required", ()) for name in schema.get("properties", {})}


async def walk_members(service: Any, key: Key, operation: Operation, members: dict[str, Any]) -> list[str]:
    faults = []
    needed = {name: VALID.get(name, "x") for name, is_needed in members.items() if is_needed}
    json_type = [("content-type", "application/json")]
    for name in members:
        for value in IN_BODIES:
            body = json.dumps(needed | {name: value}).encode()
            answered = await asked(service, key, operation, headers=json_type, body=body)
            faults += faults_of(answered, operation, f"body.{name}", value)
    return faults


async def test_every_column_of_an_update(service: Any, key: Key) -> None:
    """One file with a row for every value of every column; nothing of it is published."""
    row = {"point": "OA-4959", "operational_status": "open", "valid_from": "2020-05-01", "assessed_on": "2020-05-01"}
    short = [value for value in IN_BODIES if len(json.dumps(value)) < 5_000]
    rows = [row | {column: value} for column in COLUMNS for value in short]
    operation = Operation("POST", "/submissions", takes=("application/json",), needs_key=True)
    faults = []
    for start in range(0, len(rows), 500):
        body = json.dumps(rows[start : start + 500]).encode()
        answered = await asked(service, key, operation, query="dry_run=true&partial=true", headers=JSON, body=body)
        faults += faults_of(answered, operation, "rows", start)
    assert faults == []


@pytest.mark.parametrize("collection", EDITABLE_COLLECTIONS)
async def test_every_property_of_an_item(service: Any, key: Key, collection: str) -> None:
    path = f"/collections/{collection}/items"
    operation = Operation("POST", path, takes=("application/geo+json",), needs_key=True)
    faults = []
    for name in (*get_default_properties(COLLECTIONS[collection]), "geometry", "id", "type", "properties"):
        for value in IN_BODIES:
            feature: dict[str, Any] = {"type": "Feature", "geometry": None, "properties": {name: value}}
            if name in {"geometry", "id", "type", "properties"}:
                feature |= {"properties": {}, name: value}
            body = json.dumps(feature).encode()
            answered = await asked(service, key, operation, query="dry_run=true", headers=GEOJSON, body=body)
            faults += faults_of(answered, operation, name, value)
    assert faults == []

"""Bodies with a Content-Encoding, at every door that takes one."""

import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from helpers.http import RESTRICTIONS
from helpers.offices import Headers, create_office, sign_in
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

PROBLEM = "application/problem+json"
BELGRADE = "OA-4610"
ROW = {"point": BELGRADE, "assessed_on": "2020-04-15", "operational_status": "closed"}
AS_CSV = f"point,assessed_on,operational_status\n{BELGRADE},2020-04-15,closed\n".encode()
COLLECTION = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None, "properties": ROW}]}
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="week.csv"\r\nContent-Type: text/csv\r\n\r\n'
    + AS_CSV
    + b"\r\n--b--\r\n"
)
NEW = {"geometry": None, "type": "Feature", "properties": {"code": BELGRADE, "operational_status": "closed"}}
DOORS = {
    "CSV": ("POST", "/submissions", "text/csv", AS_CSV),
    "JSON": ("POST", "/submissions", "application/json", json.dumps([ROW]).encode()),
    "GeoJSON": ("POST", "/submissions", "application/geo+json", json.dumps(COLLECTION).encode()),
    "form": ("POST", "/submissions", "multipart/form-data; boundary=b", FORM),
    "feature": ("POST", RESTRICTIONS, "application/geo+json", json.dumps(NEW).encode()),
    "point": ("PATCH", f"/points-of-entry/{BELGRADE}", "application/json", b'{"name": "Belgrade"}'),
}


@pytest.fixture
async def key(shipped: AsyncConnection) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "serbia"))


async def sent(client: httpx.AsyncClient, key: Headers, door: str, body: Any, encoding: str | None) -> httpx.Response:
    method, path, media_type, _ = DOORS[door]
    headers = key | {"Content-Type": media_type} | ({"Content-Encoding": encoding} if encoding else {})
    return await client.request(method, path, params={"dry_run": "true"}, content=body, headers=headers)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity, gzip"])
async def test_body_in_gzip_is_read_as_the_body_itself(
    client: httpx.AsyncClient, key: Headers, door: str, encoding: str
) -> None:
    body = DOORS[door][3]
    plain = await sent(client, key, door, body, None)
    assert plain.is_success, plain.text
    packed = await sent(client, key, door, gzip.compress(body), encoding)
    assert (packed.status_code, packed.json()) == (plain.status_code, plain.json())


async def test_body_of_several_gzip_members_in_small_pieces_is_read(client: httpx.AsyncClient, key: Headers) -> None:
    packed = gzip.compress(AS_CSV[:20]) + gzip.compress(AS_CSV[20:])

    async def pieces() -> AsyncIterator[bytes]:
        for byte in packed:
            yield bytes([byte])

    response = await sent(client, key, "CSV", pieces(), "gzip")
    assert (response.status_code, response.json()["counts"]["added"]) == (200, 1)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "base64"])
async def test_other_encoding_is_refused_with_the_supported_one(
    client: httpx.AsyncClient, key: Headers, door: str, encoding: str
) -> None:
    response = await sent(client, key, door, gzip.compress(DOORS[door][3]), encoding)
    assert (response.status_code, response.headers["content-type"]) == (415, PROBLEM)
    assert response.headers["accept-encoding"] == "gzip"
    assert encoding in response.json()["detail"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("damage", [gzip.decompress, lambda packed: packed[:-4], lambda packed: packed + b"more"])
async def test_invalid_gzip_body_is_refused(
    client: httpx.AsyncClient, key: Headers, door: str, damage: Callable[[bytes], bytes]
) -> None:
    body = damage(gzip.compress(DOORS[door][3]))
    response = await sent(client, key, door, body, "gzip")
    assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM)
    assert "gzip" in response.json()["detail"]


@pytest.mark.parametrize("door", DOORS)
async def test_body_that_unpacks_beyond_the_limit_is_refused(
    client: httpx.AsyncClient, shipped: AsyncConnection, key: Headers, door: str
) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 64_000
    response = await sent(client, key, door, bomb, "gzip")
    assert (response.status_code, response.headers["content-type"]) == (413, PROBLEM)
    assert await shipped.scalar(text("SELECT count(*) FROM submission")) == 0


async def test_accept_encoding_is_returned_to_form_tools(client: httpx.AsyncClient, key: Headers) -> None:
    response = await client.post("/hooks/kobo", content=b"x", headers=key | {"Content-Encoding": "br"})
    assert (response.status_code, response.headers["accept-encoding"]) == (415, "gzip")
    bomb = gzip.compress(bytes(50_000_000))
    response = await client.post("/hooks/kobo", content=bomb, headers=key | {"Content-Encoding": "gzip"})
    assert response.status_code == 413


@pytest.mark.parametrize("encoding", ["identity", ""])
async def test_identity_encoding_is_accepted(client: httpx.AsyncClient, key: Headers, encoding: str) -> None:
    assert (await sent(client, key, "CSV", AS_CSV, encoding)).status_code == 200


async def test_request_without_a_body_may_have_any_encoding(client: httpx.AsyncClient) -> None:
    assert (await client.get("/codes", headers={"Content-Encoding": "br"})).status_code == 200

"""Items edited one by one (OGC API - Features Part 4): what may be done, by whom, and whether it changed since."""

import httpx
import pytest
from helpers.editing import CLOSED, NEW, POINT, create_item, get_current_restrictions, patch_item
from helpers.http import POINTS, RESTRICTIONS, get_json
from helpers.offices import Headers, build_basic, build_bearer, create_key, create_office, expire_key, sign_in
from sqlalchemy.ext.asyncio import AsyncConnection


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "serbia"))


@pytest.mark.parametrize("collection", ["points-of-entry", "restrictions"])
async def test_editable_layer_allows_editing(client: httpx.AsyncClient, office: Headers, collection: str) -> None:
    items = await client.options(f"/collections/{collection}/items", headers=office)
    item = await client.options(f"/collections/{collection}/items/unknown_id", headers=office)
    assert items.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert item.headers["allow"] == "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"
    assert "application/merge-patch+json" in item.headers["accept-patch"]


WRONG_KEY = f"crossings_{'0' * 8}_{'0' * 43}"


@pytest.mark.parametrize(
    "headers", [{}, {"X-API-Key": "nonsense"}, build_bearer(WRONG_KEY), build_basic("gis", WRONG_KEY)]
)
async def test_layer_offers_no_editing_without_a_valid_key(client: httpx.AsyncClient, headers: Headers) -> None:
    for path in (POINTS, f"{POINTS}/{POINT}", RESTRICTIONS, f"{RESTRICTIONS}/unknown_id"):
        response = await client.options(path, headers=headers)
        assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
        assert not {"accept-post", "accept-patch"} & response.headers.keys()


async def test_layer_offers_no_editing_to_a_key_that_ended(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await create_key(shipped, await create_office(shipped, "serbia"))
    assert "POST" in (await client.options(POINTS, headers=build_bearer(key))).headers["allow"]
    await expire_key(shipped, key)
    assert (await client.options(POINTS, headers=build_bearer(key))).headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(("role", "allowed"), [("office", False), ("reviewer", False), ("admin", True)])
async def test_layer_offers_editing_to_a_key_that_may_write_somewhere(
    client: httpx.AsyncClient, shipped: AsyncConnection, role: str, *, allowed: bool
) -> None:
    nowhere = await sign_in(shipped, await create_office(shipped, "headquarters", countries=[]), role)
    response = await client.options(f"{POINTS}/{POINT}", headers=nowhere)
    assert ("PATCH" in response.headers["allow"]) is allowed
    assert "no-store" in response.headers["cache-control"]


@pytest.mark.parametrize("collection", ["changes", "countries"])
async def test_read_only_layer_allows_no_editing(client: httpx.AsyncClient, office: Headers, collection: str) -> None:
    path = f"/collections/{collection}/items"
    assert (await client.options(path)).headers["allow"] == "GET, HEAD, OPTIONS"
    for method, place in (("POST", path), ("DELETE", f"{path}/SRB"), ("PUT", f"{path}/SRB")):
        response = await client.request(method, place, json={}, headers=office)
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


async def test_preflight_returns_allowed_methods(client: httpx.AsyncClient) -> None:
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "PATCH"}
    response = await client.options(f"{POINTS}/{POINT}", headers=headers)
    assert "PATCH" in response.headers["access-control-allow-methods"]


async def test_schema_marks_read_only_properties(client: httpx.AsyncClient) -> None:
    for collection, writable in (
        ("points-of-entry", {"code", "name", "poe_type", "country", "other_country", "lifecycle", "official_status"}),
        ("restrictions", {"code", "operational_status", "measures", "valid_from", "valid_to", "comment", "source"}),
        ("countries", set()),
    ):
        schema = (await client.get(f"/collections/{collection}/schema")).json()["properties"]
        received = {name for name, each in schema.items() if not each.get("readOnly")} - {"geometry"}
        assert writable <= received
        assert not received & {"status_group", "recorded_from", "country_name", "assessed", "poe_count"}


async def test_office_edits_in_its_own_country_only(
    client: httpx.AsyncClient, shipped: AsyncConnection, office: Headers
) -> None:
    fiji = await sign_in(shipped, await create_office(shipped, "fiji", countries=["FJI"]))
    path = await create_item(client, office)
    for response in (
        await client.post(POINTS, json=NEW, headers=fiji),
        await client.post(RESTRICTIONS, json=CLOSED, headers=fiji),
        await patch_item(client, f"{POINTS}/{POINT}", fiji, name="Suva"),
        await client.delete(f"{POINTS}/{POINT}", headers=fiji),
        await patch_item(client, path, fiji, comment="Bula"),
        await client.delete(path, headers=fiji),
    ):
        assert response.status_code == 403, response.text
    assert len(await get_current_restrictions(client)) == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [f"{POINTS}/NOWHERE", f"{RESTRICTIONS}/999999999", f"{RESTRICTIONS}/x"])
async def test_missing_item_is_not_edited(client: httpx.AsyncClient, office: Headers, method: str, path: str) -> None:
    response = await client.request(method, path, json=NEW | {"properties": {}}, headers=office)
    assert response.status_code == 404, response.text


async def test_edit_with_an_outdated_etag_is_refused(client: httpx.AsyncClient, office: Headers) -> None:
    path = await create_item(client, office)
    seen = {"If-Match": (await client.get(path)).headers["etag"]}
    first = await patch_item(client, path, office | seen, comment="first")
    assert first.status_code == 200, first.text
    assert (await patch_item(client, path, office | seen, comment="second")).status_code == 412
    assert (await client.delete(path, headers=office | seen)).status_code == 412
    again = {"If-Match": first.headers["etag"]}
    assert (await patch_item(client, path, office | again, comment="second")).status_code == 200


async def test_edit_repeated_with_its_idempotency_key_applies_once(client: httpx.AsyncClient, office: Headers) -> None:
    path = await create_item(client, office)
    once = office | {"Idempotency-Key": "3f1c"}
    answers = [await patch_item(client, path, once, comment="again") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await patch_item(client, path, once, comment="other")).status_code == 422
    deleted = [await client.delete(path, headers=office | {"Idempotency-Key": "4b2d"}) for _ in range(2)]
    assert [each.status_code for each in deleted] == [200, 200]


async def test_edit_that_needs_review_is_accepted_and_waits(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    waiting = await sign_in(shipped, await create_office(shipped, "nis", needs_review=True))
    path = f"{POINTS}/{POINT}"
    for response in (
        await client.post(RESTRICTIONS, json=CLOSED, headers=waiting),
        await patch_item(client, path, waiting, name="Elsewhere"),
        await client.delete(path, headers=waiting),
    ):
        assert response.status_code == 202, response.text
        assert "/submissions/" in response.headers["location"]
    assert (await get_json(client, path))["properties"]["name"] != "Elsewhere"
    assert await get_current_restrictions(client) == []


async def test_dry_run_reports_the_result_and_writes_nothing(client: httpx.AsyncClient, office: Headers) -> None:
    response = await client.post(f"{RESTRICTIONS}?dry_run=true", json=CLOSED, headers=office)
    assert (response.status_code, response.json()["counts"]["added"]) == (200, 1)
    assert await get_current_restrictions(client) == []

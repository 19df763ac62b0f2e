"""Points of entry made, changed and retired one by one, through the same door as every submission."""

import datetime as dt

import httpx
import pytest
from helpers.editing import NEW, POINT, create_item, patch_item, read_reasons
from helpers.http import POINTS, Document, get_json
from helpers.offices import Headers, create_office, sign_in
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.values.datetimes import get_today
from models.tables.submission import Submission


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "serbia"))


async def test_point_made_by_an_office_is_proposed_and_seen_by_the_office(
    client: httpx.AsyncClient, office: Headers
) -> None:
    path = await create_item(client, office, POINTS, code="RS-NEW")
    assert path == f"{POINTS}/RS-NEW"
    assert (await client.get(path)).status_code == 404
    seen = await client.get(path, headers=office)
    feature = seen.json()
    assert (feature["properties"]["lifecycle"], feature["geometry"]["coordinates"]) == ("proposed", [20.5, 44])
    assert "no-store" in seen.headers["cache-control"]


async def test_proposed_point_is_not_seen_by_another_office(
    client: httpx.AsyncClient, shipped: AsyncConnection, office: Headers
) -> None:
    path = await create_item(client, office, POINTS)
    fiji = await sign_in(shipped, await create_office(shipped, "fiji", countries=["FJI"]))
    assert (await client.get(path, headers=fiji)).status_code == 404
    assert (await patch_item(client, path, fiji, name="Mine")).status_code == 404
    assert (await client.delete(path, headers=fiji)).status_code == 404


async def test_proposed_point_is_moved_and_withdrawn_by_its_office(client: httpx.AsyncClient, office: Headers) -> None:
    path = await create_item(client, office, POINTS)
    moved = await client.patch(path, json={"geometry": {"type": "Point", "coordinates": [20.6, 44.1]}}, headers=office)
    assert moved.status_code == 200, moved.text
    assert (await client.get(path, headers=office)).json()["geometry"]["coordinates"] == [20.6, 44.1]
    assert (await client.delete(f"{path}?dry_run=true", headers=office)).status_code == 204
    assert (await client.get(path, headers=office)).status_code == 200
    assert (await client.delete(path, headers=office)).status_code == 204
    assert (await client.get(path, headers=office)).status_code == 404


async def test_proposal_that_was_moved_is_listed_once_and_can_be_renamed(
    client: httpx.AsyncClient, office: Headers
) -> None:
    path = await create_item(client, office, POINTS)
    place = {"type": "Point", "coordinates": [20.6, 44.1]}
    assert (await client.patch(path, json={"geometry": place}, headers=office)).status_code == 200
    renamed = await patch_item(client, path, office, name="Arilje")
    assert renamed.status_code == 200, renamed.text
    seen = (await client.get(path, headers=office)).json()
    assert (seen["properties"]["name"], seen["geometry"]["coordinates"]) == ("Arilje", [20.6, 44.1])
    listed = (await client.get("/points-of-entry/proposed", headers=office)).json()["points"]
    assert [(each["name"], each["longitude"]) for each in listed] == [("Arilje", 20.6)]


async def test_point_of_a_reviewer_is_public(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    admin = await sign_in(shipped, await create_office(shipped, "serbia"), "admin")
    feature = await get_json(client, await create_item(client, admin, POINTS, iata="IVJ"))
    assert feature["properties"]["name"] == "Ivanjica / Ивањица"
    assert (feature["properties"]["iata"], feature["properties"]["lifecycle"]) == ("IVJ", "active")


async def test_point_keeps_its_old_name_on_old_days(client: httpx.AsyncClient, office: Headers) -> None:
    path, yesterday = f"{POINTS}/{POINT}", get_today() - dt.timedelta(days=1)
    before = (await get_json(client, path))["properties"]["name"]
    response = await patch_item(client, path, office, name="Beograd")
    assert response.status_code == 200, response.text
    assert (await get_json(client, path))["properties"]["name"] == "Beograd"
    assert (await get_json(client, path, datetime=yesterday))["properties"]["name"] == before


async def test_point_is_replaced_by_the_feature_as_it_was_got(client: httpx.AsyncClient, office: Headers) -> None:
    """What is read only may come along, as long as it says nothing else."""
    path = f"{POINTS}/{POINT}"
    feature = await get_json(client, path)
    feature["properties"]["iata"] = None
    response = await client.put(path, json=feature, headers=office)
    assert response.status_code == 200, response.text
    assert (await get_json(client, path))["properties"]["iata"] is None


async def test_feature_put_back_as_it_was_got_changes_nothing(
    client: httpx.AsyncClient, shipped: AsyncConnection, office: Headers
) -> None:
    for path in (f"{POINTS}/{POINT}", await create_item(client, office)):
        before = await shipped.scalar(select(func.count()).select_from(Submission))
        etag = (await client.get(path)).headers["etag"]
        response = await client.put(path, json=await get_json(client, path), headers=office)
        assert (response.status_code, response.headers["etag"]) == (200, etag)
        assert await shipped.scalar(select(func.count()).select_from(Submission)) == before


async def test_replacement_without_a_code_takes_the_code_away(client: httpx.AsyncClient, office: Headers) -> None:
    path = f"{POINTS}/{POINT}"
    feature = await get_json(client, path)
    kept = {name: feature["properties"][name] for name in ("name", "poe_type")}
    response = await client.put(path, json=feature | {"properties": kept}, headers=office)
    assert response.status_code == 200, response.text
    after = (await get_json(client, path))["properties"]
    assert (after["iata"], after["icao"], after["name"]) == (None, None, kept["name"])


async def test_deleted_point_is_retired_and_its_history_stays(client: httpx.AsyncClient, office: Headers) -> None:
    path, yesterday = f"{POINTS}/{POINT}", get_today() - dt.timedelta(days=1)
    response = await client.delete(path, headers=office)
    assert response.status_code == 200, response.text
    assert (await get_json(client, path))["properties"]["lifecycle"] == "retired"
    assert (await get_json(client, POINTS, code=POINT))["numberMatched"] == 0
    assert (await get_json(client, POINTS, code=POINT, datetime=yesterday))["numberMatched"] == 1
    again = await patch_item(client, path, office, lifecycle="active")
    assert again.status_code == 200, again.text
    assert (await get_json(client, POINTS, code=POINT))["numberMatched"] == 1


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"operational_status": "closed"}, "read only"),
        ({"country": "FJI"}, 'stays "SRB"'),
        ({"nonsense": 1}, "is no property of points-of-entry"),
        ({"poe_type": "seaport"}, "poe_type"),
        ({"name": None}, "cannot be empty"),
        ({"lifecycle": "merged"}, "merger"),
        ({"iata": "BEGX"}, "3 letters"),
    ],
)
async def test_invalid_point_is_refused_by_property(
    client: httpx.AsyncClient, office: Headers, properties: Document, reason: str
) -> None:
    response = await patch_item(client, f"{POINTS}/{POINT}", office, **properties)
    assert response.status_code in {400, 422}, response.text
    assert reason in read_reasons(response)[next(iter(properties))]


async def test_new_point_with_a_status_is_refused_or_it_would_look_open(
    client: httpx.AsyncClient, office: Headers
) -> None:
    body = NEW | {"properties": NEW["properties"] | {"operational_status": "closed"}}  # type: ignore[operator]
    response = await client.post(POINTS, json=body, headers=office)
    assert (response.status_code, list(read_reasons(response))) == (400, ["operational_status"])


@pytest.mark.parametrize(
    ("body", "member"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        (b'{"type": "FeatureCollection", "features": []}', "type"),
        (b'{"type": "Feature", "properties": []}', "properties"),
        (b'{"type": "Feature", "properties": {"name": "A", "name": "B"}}', "name"),
        (b'{"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": []}}', "geometry"),
        (b'{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, NaN]}}', "geometry"),
        (b'{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [[1], 2]}}', "geometry"),
    ],
)
async def test_body_that_is_no_feature_is_refused(
    client: httpx.AsyncClient, office: Headers, body: bytes, member: str
) -> None:
    headers = office | {"Content-Type": "application/geo+json"}
    response = await client.post(POINTS, content=body, headers=headers)
    assert response.status_code == 400, response.text
    assert list(read_reasons(response)) == [member]


async def test_new_point_error_lists_missing_properties(client: httpx.AsyncClient, office: Headers) -> None:
    response = await client.post(POINTS, json={"type": "Feature", "properties": {}, "geometry": None}, headers=office)
    assert response.status_code == 422
    assert read_reasons(response).keys() == {"name", "poe_type", "country", "geometry"}


async def test_form_that_is_no_feature_is_not_guessed_at(client: httpx.AsyncClient, office: Headers) -> None:
    headers = office | {"Content-Type": "text/csv"}
    response = await client.post(POINTS, content=b"name\nA", headers=headers)
    assert response.status_code == 415
    assert "application/geo+json" in response.json()["detail"]


@pytest.mark.parametrize(
    ("crs", "coordinates"),
    [
        ("http://www.opengis.net/def/crs/EPSG/0/4326", [44, 20.5]),
        ("<http://www.opengis.net/def/crs/EPSG/0/3857>", [2282049.56, 5465442.18]),
        ("http://www.opengis.net/def/crs/EPSG/0/32634", [459912.93, 4871994.35]),
    ],
)
async def test_place_is_read_in_the_named_crs(
    client: httpx.AsyncClient, office: Headers, crs: str, coordinates: list[float]
) -> None:
    body = NEW | {"geometry": {"type": "Point", "coordinates": coordinates}}
    response = await client.post(POINTS, json=body, headers=office | {"Content-Crs": crs})
    assert response.status_code == 201, response.text
    made = await client.get(httpx.URL(response.headers["location"]).path, headers=office)
    assert made.json()["geometry"]["coordinates"] == pytest.approx([20.5, 44], abs=1e-5)


@pytest.mark.parametrize("crs", ["EPSG:99", "http://www.opengis.net/def/crs/EPSG/0/3035"])
async def test_unknown_crs_or_place_outside_it_is_refused(client: httpx.AsyncClient, office: Headers, crs: str) -> None:
    body = NEW | {"geometry": {"type": "Point", "coordinates": [1e30, 1e30]}}
    response = await client.post(POINTS, json=body, headers=office | {"Content-Crs": crs})
    assert response.status_code == 400
    assert read_reasons(response).keys() <= {"Content-Crs", "geometry"}


@pytest.mark.parametrize("coordinates", ["[NaN,44]", "[20.5,Infinity]", "[1e999,44]", '["20.5",44]', "[20.5,{}]"])
async def test_invalid_place_is_named_as_sent(client: httpx.AsyncClient, office: Headers, coordinates: str) -> None:
    geometry = f'{{"type":"Point","coordinates":{coordinates}}}'
    body = f'{{"type":"Feature","geometry":{geometry},"properties":{{"name":"x"}}}}'
    headers = office | {"Content-Type": "application/geo+json"}
    response = await client.post(f"{POINTS}?dry_run=true", content=body, headers=headers)
    (error,) = [each for each in response.json()["errors"] if each["property"] == "geometry"]
    assert error["value"].replace(" ", "") == geometry
    assert "object at" not in response.text

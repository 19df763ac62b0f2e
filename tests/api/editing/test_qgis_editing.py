"""What a current QGIS sends when a layer is opened and edited, replayed.

Read from its OAPIF provider (src/providers/wfs/oapif: qgsoapifprovider, -createfeaturerequest, -patchfeaturerequest,
-optionsrequest): which documents it asks for, by which links, and with which methods, media types and headers.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from helpers.http import Document
from helpers.offices import Headers, build_basic, create_key, create_office
from sqlalchemy.ext.asyncio import AsyncConnection

from api.values.datetimes import get_today

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA_LINK = "http://www.opengis.net/def/rel/ogc/1.0/schema"
QUERYABLES_LINK = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
KNOWN = "OA-4610"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as QGIS has it open: where its items are, its fields, and what may be done with them."""

    client: httpx.AsyncClient
    items: str
    fields: Document
    capabilities: frozenset[str]
    headers: Headers

    async def added(self, **properties: object) -> httpx.Response:
        """A feature drawn on the map and filled in; what was not filled in is null, and it has no id."""
        filled = dict.fromkeys(self.fields) | properties
        feature = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [20.5, 44.0]},
            "properties": filled,
        }
        return await self.client.post(self.items, json=feature, headers=self.headers | {"Content-Type": GEOJSON})

    async def refreshed(self, location: str) -> Document:
        """The feature that QGIS asks for once it is added, by what follows the last /items/ of its Location."""
        created = location[location.rindex("/items/") + len("/items/") :]
        response = await self.client.get(f"{self.items}/{created}", headers=self.headers | {"Accept": GEOJSON})
        assert response.status_code == 200, response.text
        return {"id": created, **response.json()}

    async def changed(self, feature: str, **properties: object) -> httpx.Response:
        return await self._patched(feature, {"properties": properties})

    async def moved(self, feature: str, *coordinates: float) -> httpx.Response:
        return await self._patched(feature, {"geometry": {"type": "Point", "coordinates": coordinates}})

    async def _patched(self, feature: str, body: Document) -> httpx.Response:
        headers = self.headers | {"Content-Type": "application/merge-patch+json"}
        return await self.client.patch(f"{self.items}/{feature}", json=body, headers=headers)

    async def deleted(self, feature: str) -> httpx.Response:
        return await self.client.delete(f"{self.items}/{feature}", headers=self.headers)


async def opened(client: httpx.AsyncClient, collection_id: str, headers: Headers) -> Layer:
    """Ask for all that QGIS asks for when a layer is opened, in its order."""
    landing = await got(client, "/", headers)
    api = await got(client, linked(landing, "service-desc"), headers)
    assert f"/collections/{collection_id}/items" in api["paths"]
    collections = linked(landing, "data").partition("?")[0]
    collection = await got(client, f"{collections}/{collection_id}", headers)
    conformance = await got(client, linked(landing, "conformance"), headers)
    assert "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas" in conformance["conformsTo"]
    await got(client, linked(collection, QUERYABLES_LINK), headers)
    items = f"{collections}/{collection_id}/items"
    page = await got(client, f"{items}?limit=10", headers)
    schema = await got(client, linked(collection, SCHEMA_LINK), headers)
    test_id = str(page["features"][0]["id"]) if page["features"] else "unknown_id"
    allowed = [
        (await client.options(address, headers=headers)).headers["allow"] for address in (items, f"{items}/{test_id}")
    ]
    fields = {name: each for name, each in schema["properties"].items() if name != "geometry"}
    return Layer(client, items, fields, frozenset(", ".join(allowed).split(", ")), headers)


async def got(client: httpx.AsyncClient, address: str, headers: Headers) -> Any:
    response = await client.get(address, headers=headers | {"Accept": JSON})
    assert response.status_code == 200, response.text
    return response.json()


def linked(document: Document, rel: str) -> str:
    """QGIS takes the link with the relation and a JSON type."""
    return next(str(link["href"]) for link in document["links"] if link["rel"] == rel and "json" in link["type"])


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    """Basic authentication as QGIS stores it: any user, and the key as its password."""
    return build_basic("gis", (await create_key(shipped, await create_office(shipped, "serbia"))).format())


@pytest.fixture
async def points(client: httpx.AsyncClient, office: Headers) -> Layer:
    return await opened(client, "points-of-entry", office)


@pytest.fixture
async def restrictions(client: httpx.AsyncClient, office: Headers) -> Layer:
    return await opened(client, "restrictions", office)


async def test_qgis_may_add_change_and_delete_in_both_layers(points: Layer, restrictions: Layer) -> None:
    assert {"POST", "PUT", "PATCH", "DELETE"} <= points.capabilities
    assert {"POST", "PUT", "PATCH", "DELETE"} <= restrictions.capabilities


@pytest.mark.parametrize("collection", ["countries", "changes"])
async def test_qgis_may_only_read_the_others(client: httpx.AsyncClient, office: Headers, collection: str) -> None:
    layer = await opened(client, collection, office)
    assert not {"POST", "PUT", "PATCH", "DELETE"} & layer.capabilities


async def test_point_is_added_moved_and_taken_away_again(points: Layer) -> None:
    added = await points.added(name="Ivanjica", poe_type="internal_transit_point", country="SRB")
    assert added.status_code == 201, added.text
    feature = await points.refreshed(added.headers["location"])
    assert feature["properties"]["name"] == "Ivanjica"
    moved = await points.moved(feature["id"], 20.6, 44.1)
    assert moved.status_code == 200, moved.text
    assert (await points.refreshed(f"/items/{feature['id']}"))["geometry"]["coordinates"] == [20.6, 44.1]
    assert (await points.deleted(feature["id"])).is_success


async def test_known_point_is_moved_renamed_and_retired_from_today_on(client: httpx.AsyncClient, points: Layer) -> None:
    address, yesterday = f"{points.items}/{KNOWN}", get_today() - dt.timedelta(days=1)
    before = (await client.get(address)).json()
    for response in (
        await points.moved(KNOWN, 20.31, 44.82),
        await points.changed(KNOWN, name="Beograd", iata="BEG", official_status="official"),
        await points.deleted(KNOWN),
    ):
        assert response.status_code == 200, response.text
    now = (await client.get(address)).json()
    assert (now["geometry"]["coordinates"], now["properties"]["name"]) == ([20.31, 44.82], "Beograd")
    assert now["properties"]["lifecycle"] == "retired"
    then = (await client.get(f"{address}?datetime={yesterday}")).json()
    assert (then["geometry"], then["properties"]) == (before["geometry"], before["properties"])


async def test_point_of_another_country_is_not_edited(client: httpx.AsyncClient, points: Layer) -> None:
    page = (await client.get(f"{points.items}?country=FJI&limit=1")).json()
    feature = page["features"][0]
    for response in (
        await points.added(name="Suva", poe_type="airport", country="FJI"),
        await points.moved(feature["id"], 20.31, 44.82),
        await points.changed(feature["id"], name="Ours"),
        await points.deleted(feature["id"]),
    ):
        assert response.status_code == 403, response.text
    after = (await client.get(f"{points.items}/{feature['id']}")).json()
    assert after["properties"]["name"] == feature["properties"]["name"]


async def test_restriction_is_added_changed_twice_and_taken_back(
    client: httpx.AsyncClient, restrictions: Layer
) -> None:
    """QGIS does not ask for what it has changed: its second change names the record that the first one superseded."""
    added = await restrictions.added(code=KNOWN, operational_status="closed", valid_from="2020-03-20")
    assert added.status_code == 201, added.text
    feature = await restrictions.refreshed(added.headers["location"])
    assert feature["properties"]["country"] == "SRB"
    for change in ({"valid_to": "2020-05-11"}, {"measures": '["mandatory_quarantine"]', "comment": "Одлука 33"}):
        response = await restrictions.changed(feature["id"], **change)
        assert response.status_code == 200, response.text
    (now,) = (await client.get(f"{restrictions.items}?code={KNOWN}")).json()["features"]
    properties = now["properties"]
    assert (properties["valid_from"], properties["valid_to"]) == ("2020-03-20", "2020-05-11")
    assert (properties["measures"], properties["comment"]) == (["mandatory_quarantine"], "Одлука 33")
    assert (await restrictions.deleted(feature["id"])).status_code == 200
    assert (await client.get(f"{restrictions.items}?code={KNOWN}")).json()["features"] == []


async def test_request_without_a_key_gets_an_authentication_challenge(client: httpx.AsyncClient) -> None:
    layer = await opened(client, "points-of-entry", {})
    response = await layer.changed(KNOWN, name="Mine")
    assert response.status_code == 401
    challenges = response.headers.get_list("www-authenticate")
    assert any(each.startswith("Basic") for each in challenges)

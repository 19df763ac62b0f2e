"""Documents that describe the collections (OGC API - Features Part 1, 7.13 and 7.14)."""

from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bad_parameters import BadParameters
from api.collections import COLLECTIONS, KEYWORDS, QGIS_STYLE, Collection, NamedCollection
from api.connection import Reading
from api.crs_parameter import in_their_domain
from api.example_notice import example_notes
from api.feature_query import FeatureQuery
from api.formats.format import FILES, Format
from api.knowledge import knowledge_at
from api.parameters import validated
from api.passed_parameters import Passed, PassedOn, taken_by
from api.places import refuse_unknown_places
from api.prepared import execute
from api.queryables import parameters_of
from api.representation import GEOJSON, SCHEMA, STYLE, Link, address, answer, self_links
from api.take_away import take_away
from api.tiles.asked_tile import without_lists
from api.time_parameters import today
from geo.crs import CRS84, offered

router = APIRouter()
# Items on the map of a collection's page.
DRAWN = 1000
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
# GDAL before 3.7 looks for the old spelling of the relation; without it, properties null in the first rows become text.
DESCRIBED_BY = ("describedby", "describedBy")


@router.api_route("/collections", methods=["GET", "HEAD"])
async def read_collections(request: Request, connection: Reading, query: PassedOn) -> Response:
    descriptions = [await _listed(request, connection, collection, query) for collection in COLLECTIONS.values()]
    document = {
        "title": "Collections",
        "crs": list(offered()),
        "collections": descriptions,
        "links": self_links(request),
    }
    return answer(request, "collections.html", document)


@router.api_route("/collections/{collection_id}", methods=["GET", "HEAD"])
async def read_collection(
    request: Request, collection: NamedCollection, connection: Reading, query: PassedOn
) -> Response:
    document = await describe(request, connection, collection, query)
    items, item_query = f"/collections/{collection.id}/items", taken_by(collection, query)
    document["itemCount"] = await _count(connection, collection, item_query)
    # In full: `#/crs` refers to a list that only the document of all collections has.
    document["crs"] = list(offered())
    document["links"] = [*self_links(request), *document["links"][1:]]
    shown = {
        "browse": address(request, items, **item_query),
        "map_of": address(request, items, **(item_query | {"limit": str(DRAWN)})),
        "drawn": DRAWN,
    }
    return answer(request, "collection.html", document, taken=take_away(request, collection.id), **shown)


async def _listed(
    request: Request, connection: AsyncConnection, collection: Collection, query: Passed
) -> dict[str, Any]:
    """Describe one of several collections, with its item count unless the parameters fit only another collection."""
    document = await describe(request, connection, collection, query)
    with suppress(BadParameters):
        document["itemCount"] = await _count(connection, collection, taken_by(collection, query))
    return document


def _file_link(request: Request, path: str, collection: Collection, form: Format, item_query: Passed) -> Link:
    """Build the link to a file: `enclosure` for a GeoPackage, which has the whole collection; `items` for others."""
    return {
        "rel": "enclosure" if form.name == "gpkg" else "items",
        "type": form.media_type,
        "title": f"{collection.title} as {form.title}",
        "href": address(request, f"{path}/items", **item_query, f=form.name),
    }


async def describe(
    request: Request, connection: AsyncConnection, collection: Collection, query: Passed
) -> dict[str, Any]:
    """Build the document of the collection, with links to the items that the parameters select."""
    item_query = taken_by(collection, query)
    extent = (await connection.execute(collection.extent(today()))).one()
    interval = [day and f"{day.isoformat()}T00:00:00Z" for day in (extent.first_day, extent.last_day)]
    return {
        "id": collection.id,
        "title": collection.title,
        "description": " ".join([*await example_notes(request), collection.description]),
        "keywords": list(KEYWORDS),
        "itemType": "feature",
        "crs": [CRS84.uri, "#/crs"],
        "storageCrs": CRS84.uri,
        "extent": {
            "spatial": {"bbox": [extent.box or [-180, -90, 180, 90]], "crs": CRS84.uri},
            "temporal": {"interval": [interval], "trs": GREGORIAN},
        },
        "links": _links(request, collection, item_query),
    }


async def _count(connection: AsyncConnection, collection: Collection, item_query: Passed) -> int:
    """Count the items; GDAL uses the number as that of the features to read. Raises BadParameters."""
    parameters = validated(parameters_of(collection), item_query)
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    with in_their_domain(parameters):
        matched = FeatureQuery.of(collection, parameters, today(), knowledge.as_known_at).matched()
        count: int = (await execute(connection, *matched)).scalar_one()
        return count


def _links(request: Request, collection: Collection, item_query: Passed) -> list[Link]:
    path = f"/collections/{collection.id}"
    tile_query = without_lists(item_query)
    return [
        {
            "rel": "self",
            "type": "application/json",
            "title": collection.title,
            "href": address(request, path, **item_query),
        },
        {
            "rel": "items",
            "type": GEOJSON,
            "title": f"{collection.title} as GeoJSON",
            # Without `f`: GDAL appends the id of a feature to this address without changing it.
            "href": address(request, f"{path}/items", **item_query),
        },
        {
            "rel": "items",
            "type": "text/html",
            "title": f"{collection.title} as a page",
            "href": address(request, f"{path}/items", **item_query, f="html"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            "type": SCHEMA,
            "title": "What can be filtered by",
            "href": address(request, f"{path}/queryables", **item_query, f="json"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/sortables",
            "type": SCHEMA,
            "title": "What can be sorted by",
            "href": address(request, f"{path}/sortables", **item_query, f="json"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/schema",
            "type": SCHEMA,
            "title": "The properties of an item",
            "href": address(request, f"{path}/schema", **item_query, f="json"),
        },
        *(
            {
                "rel": rel,
                "type": SCHEMA,
                "title": "JSON Schema of an item as GeoJSON",
                "href": address(request, f"{path}/item-schema", **item_query, f="json"),
            }
            for rel in DESCRIBED_BY
        ),
        # The GeoJSON file has the media type of a page, so a client that follows pages must not find a link to it.
        *(_file_link(request, path, collection, form, item_query) for form in FILES if form.name != "geojson"),
        {
            "rel": "style",
            "type": QGIS_STYLE,
            "title": f"{collection.title}: style for QGIS",
            "href": address(request, f"/qgis/{collection.id}.qml"),
        },
        {
            "rel": "style",
            "type": STYLE,
            "title": f"{collection.title}: style for web maps",
            "href": address(request, f"/styles/{collection.id}", **tile_query),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
            "type": "application/json",
            "title": "Tiles",
            "href": address(request, f"{path}/tiles", **tile_query, f="json"),
        },
        {
            "rel": "describedby",
            "type": "application/json",
            "title": "TileJSON 3.0, for web maps",
            "href": address(request, f"{path}/tilejson", **tile_query),
        },
        {"rel": "license", "type": "text/html", "title": "Sources and licences", "href": address(request, "/sources")},
    ]

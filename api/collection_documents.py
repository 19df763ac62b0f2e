"""The documents that describe the collections (OGC API - Features Part 1, 7.13 and 7.14)."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import COLLECTIONS, KEYWORDS, QGIS_STYLE, Collection, NamedCollection, Plain
from api.connection import Reading
from api.formats.format import FILES, Format
from api.prepared import execute
from api.representation import GEOJSON, SCHEMA, STYLE, Link, address, answer, self_links
from api.take_away import take_away
from api.time_parameters import today
from geo.crs import CRS84, offered
from models.question import shaped

router = APIRouter()
# Items on the map of a collection's page.
DRAWN = 1000
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
# GDAL before 3.7 looks for the relation as it was once written; without it, what is null in the first rows is text.
DESCRIBED_BY = ("describedby", "describedBy")


@router.api_route("/collections", methods=["GET", "HEAD"])
async def read_collections(request: Request, connection: Reading, _: Plain) -> Response:
    described = [await describe(request, connection, collection) for collection in COLLECTIONS.values()]
    document = {
        "title": "Collections",
        "crs": list(offered()),
        "collections": described,
        "links": self_links(request),
    }
    return answer(request, "collections.html", document)


@router.api_route("/collections/{collection_id}", methods=["GET", "HEAD"])
async def read_collection(request: Request, collection: NamedCollection, connection: Reading, _: Plain) -> Response:
    document = await describe(request, connection, collection)
    # Written out: `#/crs` names a list of the document of all collections, which this one has not.
    document["crs"] = list(offered())
    document["links"] = [*self_links(request), *document["links"][1:]]
    return answer(request, "collection.html", document, taken=take_away(request, collection.id), drawn=DRAWN)


def _file_link(request: Request, path: str, collection: Collection, form: Format) -> Link:
    """A GeoPackage is the whole in one file; the others are items too."""
    return {
        "rel": "enclosure" if form.name == "gpkg" else "items",
        "type": form.media_type,
        "title": f"{collection.title} as {form.title}",
        "href": address(request, f"{path}/items", f=form.name),
    }


async def describe(request: Request, connection: AsyncConnection, collection: Collection) -> dict[str, Any]:
    """The document of the collection."""
    extent = (await connection.execute(collection.extent(today()))).one()
    matched = shaped(collection.matched, collection.parameters().question(today(), None))
    count = (await execute(connection, *matched)).scalar_one()
    interval = [day and f"{day.isoformat()}T00:00:00Z" for day in (extent.first_day, extent.last_day)]
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "keywords": list(KEYWORDS),
        "itemType": "feature",
        "itemCount": count,
        "crs": [CRS84.uri, "#/crs"],
        "storageCrs": CRS84.uri,
        "extent": {
            "spatial": {"bbox": [extent.box or [-180, -90, 180, 90]], "crs": CRS84.uri},
            "temporal": {"interval": [interval], "trs": GREGORIAN},
        },
        "links": _links(request, collection),
    }


def _links(request: Request, collection: Collection) -> list[Link]:
    path = f"/collections/{collection.id}"
    return [
        {"rel": "self", "type": "application/json", "title": collection.title, "href": address(request, path)},
        {
            "rel": "items",
            "type": GEOJSON,
            "title": f"{collection.title} as GeoJSON",
            # Without `f`: GDAL puts the id of a feature behind the address as it stands.
            "href": address(request, f"{path}/items"),
        },
        {
            "rel": "items",
            "type": "text/html",
            "title": f"{collection.title} as a page",
            "href": address(request, f"{path}/items", f="html"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            "type": SCHEMA,
            "title": "What can be filtered by",
            "href": address(request, f"{path}/queryables", f="json"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/sortables",
            "type": SCHEMA,
            "title": "What can be sorted by",
            "href": address(request, f"{path}/sortables", f="json"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/schema",
            "type": SCHEMA,
            "title": "The properties of an item",
            "href": address(request, f"{path}/schema", f="json"),
        },
        *(
            {
                "rel": rel,
                "type": SCHEMA,
                "title": "JSON Schema of an item as GeoJSON",
                "href": address(request, f"{path}/item-schema", f="json"),
            }
            for rel in DESCRIBED_BY
        ),
        # All as GeoJSON has the media type of a page: a client that follows pages must not come to it.
        *(_file_link(request, path, collection, form) for form in FILES if form.name != "geojson"),
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
            "href": address(request, f"/styles/{collection.id}"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
            "type": "application/json",
            "title": "Tiles",
            "href": address(request, f"{path}/tiles", f="json"),
        },
        {
            "rel": "describedby",
            "type": "application/json",
            "title": "TileJSON 3.0, for web maps",
            "href": address(request, f"{path}/tilejson"),
        },
        {"rel": "license", "type": "text/html", "title": "Sources and licences", "href": address(request, "/sources")},
    ]

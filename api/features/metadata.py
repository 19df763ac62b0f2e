"""Documents that describe the collections (OGC API - Features Part 1, 7.13 and 7.14)."""

from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.session import ReadConnection
from api.collections.database_errors import refuse_database_error
from api.collections.operations import describe_each
from api.collections.passed_parameters import (
    PASSED_PARAMETERS_NOTE,
    ForwardedQuery,
    QueryToForward,
    filter_forwarded_query,
)
from api.collections.property_filters import build_items_parameters
from api.collections.query import FeatureQuery
from api.collections.registry import COLLECTIONS, KEYWORDS, QGIS_STYLE, Collection, RequiredCollection
from api.database.as_of import resolve_as_of
from api.database.prepared_statements import execute
from api.features.downloads.links import build_download_links
from api.formats.format import FileFormat
from api.formats.registry import DISTINCT_FILE_FORMATS
from api.parameters.errors import BadParameters
from api.parameters.operation import Operation
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import Parameters, validate_parameters
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import GEOJSON, SCHEMA, STYLE, Link, build_self_links, build_url, render_document
from api.tiles.parameters import remove_list_parameters
from api.values.datetimes import get_today
from geo.crs import CRS84, list_crs

router = APIRouter()
# Items on the map of a collection's page.
MAX_MAP_ITEMS = 1000
GREGORIAN_URI = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
# GDAL before 3.7 looks for the old spelling of the relation; without it, properties null in the first rows become text.
SCHEMA_RELATIONS = ("describedby", "describedBy")


@router.api_route("/collections", methods=["GET", "HEAD"])
@Operation("getCollections", f"Collections; {PASSED_PARAMETERS_NOTE}", parameters=Parameters, answer="CollectionList")
async def list_collections(request: Request, connection: ReadConnection, query: QueryToForward) -> Response:
    descriptions = [
        await _describe_with_count(request, connection, collection, query) for collection in COLLECTIONS.values()
    ]
    document = {
        "title": "Collections",
        "crs": list(list_crs()),
        "collections": descriptions,
        "links": build_self_links(request),
    }
    return render_document(request, "collections/collections.html", document)


@router.api_route("/collections/{collection_id}", methods=["GET", "HEAD"])
@describe_each(
    lambda collection: Operation(
        "getCollection", f"{collection.title}; {PASSED_PARAMETERS_NOTE}", parameters=Parameters, answer="Collection"
    )
)
async def get_collection(
    request: Request, collection: RequiredCollection, connection: ReadConnection, query: QueryToForward
) -> Response:
    document = await describe_collection(request, connection, collection, query)
    items, item_query = f"/collections/{collection.id}/items", filter_forwarded_query(collection, query)
    document["itemCount"] = await _count_items(connection, collection, item_query)
    # In full: `#/crs` refers to a list that only the document of all collections has.
    document["crs"] = list(list_crs())
    document["links"] = [*build_self_links(request), *document["links"][1:]]
    shown = {
        "browse": build_url(request, items, **item_query),
        "map_of": build_url(request, items, **(item_query | {"limit": str(MAX_MAP_ITEMS)})),
        "drawn": MAX_MAP_ITEMS,
    }
    return render_document(
        request,
        "collections/collection.html",
        document,
        downloads=build_download_links(request, collection.id),
        **shown,
    )


async def _describe_with_count(
    request: Request, connection: AsyncConnection, collection: Collection, query: ForwardedQuery
) -> dict[str, Any]:
    """Describe one of several collections, with its item count unless the parameters fit only another collection."""
    document = await describe_collection(request, connection, collection, query)
    with suppress(BadParameters):
        document["itemCount"] = await _count_items(connection, collection, filter_forwarded_query(collection, query))
    return document


def _build_file_link(
    request: Request, path: str, collection: Collection, format_: FileFormat, item_query: ForwardedQuery
) -> Link:
    """Build the link to a file: `enclosure` if it is the whole collection; `items` for others."""
    return {
        "rel": "enclosure" if format_.is_whole else "items",
        "type": format_.media_type,
        "title": f"{collection.title} as {format_.title}",
        "href": build_url(request, f"{path}/items", **item_query, f=format_.name),
    }


async def describe_collection(
    request: Request, connection: AsyncConnection, collection: Collection, query: ForwardedQuery
) -> dict[str, Any]:
    """Build the document of the collection, with links to the items that the parameters select."""
    item_query = filter_forwarded_query(collection, query)
    extent = (await connection.execute(collection.extent(get_today()))).one()
    interval = [day and f"{day.isoformat()}T00:00:00Z" for day in (extent.first_day, extent.last_day)]
    return {
        "id": collection.id,
        "title": collection.title,
        "description": " ".join([*await fetch_example_notes(request), collection.description]),
        "keywords": list(KEYWORDS),
        "itemType": "feature",
        "crs": [CRS84.uri, "#/crs"],
        "storageCrs": CRS84.uri,
        "extent": {
            "spatial": {"bbox": [extent.box or [-180, -90, 180, 90]], "crs": CRS84.uri},
            "temporal": {"interval": [interval], "trs": GREGORIAN_URI},
        },
        "links": _build_links(request, collection, item_query),
    }


async def _count_items(connection: AsyncConnection, collection: Collection, item_query: ForwardedQuery) -> int:
    """Count the items; GDAL uses the number as that of the features to read. Raises BadParameters."""
    parameters = validate_parameters(build_items_parameters(collection), item_query)
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    try:
        matched = FeatureQuery.build(collection, parameters, get_today(), knowledge.as_known_at).count_matched()
        count: int = (await execute(connection, *matched)).scalar_one()
    except DBAPIError as error:
        refuse_database_error(error, parameters)
        raise
    return count


def _build_links(request: Request, collection: Collection, item_query: ForwardedQuery) -> list[Link]:
    path = f"/collections/{collection.id}"
    tile_query = remove_list_parameters(item_query)
    return [
        {
            "rel": "self",
            "type": "application/json",
            "title": collection.title,
            "href": build_url(request, path, **item_query),
        },
        {
            "rel": "items",
            "type": GEOJSON,
            "title": f"{collection.title} as GeoJSON",
            # Without `f`: GDAL appends the id of a feature to this address without changing it.
            "href": build_url(request, f"{path}/items", **item_query),
        },
        {
            "rel": "items",
            "type": "text/html",
            "title": f"{collection.title} as a page",
            "href": build_url(request, f"{path}/items", **item_query, f="html"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            "type": SCHEMA,
            "title": "Filterable properties",
            "href": build_url(request, f"{path}/queryables", **item_query, f="json"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/sortables",
            "type": SCHEMA,
            "title": "Sortable properties",
            "href": build_url(request, f"{path}/sortables", **item_query, f="json"),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/schema",
            "type": SCHEMA,
            "title": "The properties of an item",
            "href": build_url(request, f"{path}/schema", **item_query, f="json"),
        },
        *(
            {
                "rel": rel,
                "type": SCHEMA,
                "title": "JSON Schema of an item as GeoJSON",
                "href": build_url(request, f"{path}/item-schema", **item_query, f="json"),
            }
            for rel in SCHEMA_RELATIONS
        ),
        # A client that follows pages must not find a link to a file with the media type of a page.
        *(_build_file_link(request, path, collection, format_, item_query) for format_ in DISTINCT_FILE_FORMATS),
        {
            "rel": "style",
            "type": QGIS_STYLE,
            "title": f"{collection.title}: style for QGIS",
            "href": build_url(request, f"/qgis/{collection.id}.qml"),
        },
        {
            "rel": "style",
            "type": STYLE,
            "title": f"{collection.title}: style for web maps",
            "href": build_url(request, f"/styles/{collection.id}", **tile_query),
        },
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
            "type": "application/json",
            "title": "Tiles",
            "href": build_url(request, f"{path}/tiles", **tile_query, f="json"),
        },
        {
            "rel": "describedby",
            "type": "application/json",
            "title": "TileJSON 3.0, for web maps",
            "href": build_url(request, f"{path}/tilejson", **tile_query),
        },
        {
            "rel": "license",
            "type": "text/html",
            "title": "Sources and licences",
            "href": build_url(request, "/sources"),
        },
    ]

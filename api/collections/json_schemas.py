"""Properties of a collection as JSON Schema (OGC API - Features Parts 3 and 5).

`queryables` has the properties for filters, `sortables` those for sorting, `schema` the properties of an item.
`item-schema` describes an item as GeoJSON; GDAL takes the types of fields from it. No type is a list with null,
because GDAL would read such a date as text.
"""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.collections.passed_parameters import ForwardedQuery, QueryToForward
from api.collections.properties import CollectionProperty, get_id_property, get_properties
from api.collections.property_filters import build_items_parameters
from api.collections.query import filter_sortable
from api.collections.registry import Collection, RequiredCollection
from api.parameters.operation import HTML, Operation
from api.parameters.shared import Parameters, validate_parameters
from api.parameters.value_parsing import PropertyType
from api.responses.accept import choose_offer
from api.responses.representation import SCHEMA, build_url, get_accept_header, is_html_requested, render_page
from models.codes import get_code_list

router = APIRouter()
JsonSchema = dict[str, Any]
# GDAL, which sends `Accept: application/json`, warns about any other type.
JSON_TYPES = (SCHEMA, "application/json")
JSON_OFFERS = ((SCHEMA,), ("application/json",))
DIALECT = "https://json-schema.org/draft/2020-12/schema"
JSON_SCHEMA_TYPES: dict[PropertyType, JsonSchema] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "strings": {"type": "array"},
}


@router.api_route("/collections/{collection_id}/queryables", methods=["GET", "HEAD"])
@Operation("getQueryables", "Filterable properties", parameters=Parameters, answer="JsonSchema", gives=(SCHEMA, HTML))
async def get_queryables(request: Request, collection: RequiredCollection, _: QueryToForward) -> Response:
    """Return the queryables. QGIS recognises the geometry by the address of its schema, and only without a `type`."""
    geometry = {"title": "Place", "$ref": f"https://geojson.org/schema/{collection.geometry}.json"}
    own = {"id": _describe_property(get_id_property(collection)), "geometry": geometry}
    properties = own | _build_properties(get_properties(collection).values())
    # OGC API - Features Part 3, 6.3: true would mean that filters can have other properties too.
    return _build_response(request, collection, "queryables", properties, additionalProperties=False)


@router.api_route("/collections/{collection_id}/sortables", methods=["GET", "HEAD"])
@Operation("getSortables", "Sortable properties", parameters=Parameters, answer="JsonSchema", gives=(SCHEMA, HTML))
async def get_sortables(request: Request, collection: RequiredCollection, _: QueryToForward) -> Response:
    return _build_response(
        request, collection, "sortables", _build_properties(filter_sortable(get_properties(collection)).values())
    )


@router.api_route("/collections/{collection_id}/schema", methods=["GET", "HEAD"])
@Operation(
    "getSchema",
    "Properties of an item, with the writable properties",
    parameters=Parameters,
    answer="JsonSchema",
    gives=(SCHEMA, HTML),
)
async def get_schema(request: Request, collection: RequiredCollection, query: QueryToForward) -> Response:
    fields = enumerate(_filter_returned(collection, query), start=1)
    properties = {
        field.name: _describe_returned(field, collection) | {"x-ogc-propertySeq": place} for place, field in fields
    }
    return _build_response(request, collection, "schema", {"geometry": _describe_geometry(collection)} | properties)


@router.api_route("/collections/{collection_id}/item-schema", methods=["GET", "HEAD"])
@Operation(
    "getItemSchema", "GeoJSON schema of an item", parameters=Parameters, answer="JsonSchema", gives=(SCHEMA, HTML)
)
async def get_item_schema(request: Request, collection: RequiredCollection, query: QueryToForward) -> Response:
    properties = {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "integer" if collection.identity is int else "string"},
        "geometry": {"$ref": f"https://geojson.org/schema/{collection.geometry}.json"},
        "properties": {"type": "object", "properties": _build_properties(_filter_returned(collection, query))},
    }
    return _build_response(request, collection, "item-schema", properties, required=["type", "geometry", "properties"])


def _build_response(
    request: Request, collection: Collection, name: str, properties: JsonSchema, **more: object
) -> Response:
    document = {
        "$schema": DIALECT,
        "$id": build_url(request, f"/collections/{collection.id}/{name}"),
        "type": "object",
        "title": collection.title,
        "description": collection.description,
        "properties": properties,
        **more,
    }
    if is_html_requested(request):
        return render_page(
            request, "collections/schema.html", {"document": document, "collection": collection, "name": name}
        )
    media_type = JSON_TYPES[choose_offer(get_accept_header(request), JSON_OFFERS)]
    return JSONResponse(document, media_type=media_type, headers={"Vary": "Accept"})


def _filter_returned(collection: Collection, query: ForwardedQuery) -> list[CollectionProperty]:
    """Filter to the properties that items of this request have, because QGIS would show others as empty columns."""
    item_query = {name: value for name, value in query.items() if name == "properties"}
    names = validate_parameters(build_items_parameters(collection), item_query).properties
    return [field for field in get_properties(collection).values() if not field.only_named or field.name in names]


def _build_properties(fields: Iterable[CollectionProperty]) -> JsonSchema:
    return {field.name: _describe_property(field) for field in fields}


def _describe_property(field: CollectionProperty) -> JsonSchema:
    return {"title": field.title, "description": field.description} | _build_type(field)


def _build_type(field: CollectionProperty) -> JsonSchema:
    codes = {"enum": _get_codes(field.codes)} if field.codes else {}
    if field.kind == "strings":
        return JSON_SCHEMA_TYPES[field.kind] | {"items": {"type": "string"} | codes}
    return JSON_SCHEMA_TYPES[field.kind] | codes


def _get_codes(name: str) -> list[str]:
    return [item.code for item in get_code_list(name).items]


def _describe_returned(field: CollectionProperty, collection: Collection) -> JsonSchema:
    role: JsonSchema = {"x-ogc-role": field.role} if field.role else {}
    read_only = {} if collection.is_writable(field.name) else {"readOnly": True}
    return _describe_property(field) | role | read_only


def _describe_geometry(collection: Collection) -> JsonSchema:
    return {
        "title": "Place",
        "x-ogc-role": "primary-geometry",
        "x-ogc-propertySeq": 0,
        "format": f"geometry-{collection.geometry.lower()}",
    }

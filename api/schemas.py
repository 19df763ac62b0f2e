"""Properties of a collection as JSON Schema (OGC API - Features Parts 3 and 5).

`queryables` has the properties for filters, `sortables` those for sorting, `schema` the properties of an item.
`item-schema` describes an item as GeoJSON; GDAL takes the types of fields from it. No type is a list with null,
because GDAL would read such a date as text.
"""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.collections import Collection, NamedCollection
from api.feature_query import sortable
from api.fields import Field, all_fields_of, id_field
from api.http.accept import choose
from api.kinds import Kind
from api.parameters import validated
from api.passed_parameters import Passed, PassedOn
from api.queryables import parameters_of
from api.receivables import is_received
from api.representation import SCHEMA, accept_of, address, html_page, wants_html
from models.codes import code_list

router = APIRouter()
JsonSchema = dict[str, Any]
# GDAL, which sends `Accept: application/json`, warns about any other type.
JSON_TYPES = (SCHEMA, "application/json")
JSON_OFFERS = ((SCHEMA,), ("application/json",))
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES: dict[Kind, JsonSchema] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "strings": {"type": "array"},
}


@router.api_route("/collections/{collection_id}/queryables", methods=["GET", "HEAD"])
async def read_queryables(request: Request, collection: NamedCollection, _: PassedOn) -> Response:
    """Return the queryables. QGIS recognises the geometry by the address of its schema, and only without a `type`."""
    geometry = {"title": "Place", "$ref": f"https://geojson.org/schema/{collection.geometry}.json"}
    own = {"id": _described(id_field(collection)), "geometry": geometry}
    properties = own | _properties(all_fields_of(collection).values())
    # OGC API - Features Part 3, 6.3: true would mean that filters can have other properties too.
    return _answer(request, collection, "queryables", properties, additionalProperties=False)


@router.api_route("/collections/{collection_id}/sortables", methods=["GET", "HEAD"])
async def read_sortables(request: Request, collection: NamedCollection, _: PassedOn) -> Response:
    return _answer(request, collection, "sortables", _properties(sortable(all_fields_of(collection)).values()))


@router.api_route("/collections/{collection_id}/schema", methods=["GET", "HEAD"])
async def read_schema(request: Request, collection: NamedCollection, query: PassedOn) -> Response:
    fields = enumerate(_returned_fields(collection, query), start=1)
    properties = {field.name: _returned(field, collection) | {"x-ogc-propertySeq": place} for place, field in fields}
    return _answer(request, collection, "schema", {"geometry": _primary_geometry(collection)} | properties)


@router.api_route("/collections/{collection_id}/item-schema", methods=["GET", "HEAD"])
async def read_item_schema(request: Request, collection: NamedCollection, query: PassedOn) -> Response:
    properties = {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "integer" if collection.identity is int else "string"},
        "geometry": {"$ref": f"https://geojson.org/schema/{collection.geometry}.json"},
        "properties": {"type": "object", "properties": _properties(_returned_fields(collection, query))},
    }
    return _answer(request, collection, "item-schema", properties, required=["type", "geometry", "properties"])


def _answer(request: Request, collection: Collection, name: str, properties: JsonSchema, **more: object) -> Response:
    document = {
        "$schema": DIALECT,
        "$id": address(request, f"/collections/{collection.id}/{name}"),
        "type": "object",
        "title": collection.title,
        "description": collection.description,
        "properties": properties,
        **more,
    }
    if wants_html(request):
        return html_page(request, "schema.html", {"document": document, "collection": collection, "name": name})
    media_type = JSON_TYPES[choose(accept_of(request), JSON_OFFERS)]
    return JSONResponse(document, media_type=media_type, headers={"Vary": "Accept"})


def _returned_fields(collection: Collection, query: Passed) -> list[Field]:
    """Filter to the properties that items of this request have, because QGIS would show others as empty columns."""
    item_query = {name: value for name, value in query.items() if name == "properties"}
    names = validated(parameters_of(collection), item_query).properties
    return [field for field in all_fields_of(collection).values() if not field.only_named or field.name in names]


def _properties(fields: Iterable[Field]) -> JsonSchema:
    return {field.name: _described(field) for field in fields}


def _described(field: Field) -> JsonSchema:
    return {"title": field.title, "description": field.description} | _typed(field)


def _typed(field: Field) -> JsonSchema:
    codes = {"enum": _codes(field.codes)} if field.codes else {}
    if field.kind == "strings":
        return TYPES[field.kind] | {"items": {"type": "string"} | codes}
    return TYPES[field.kind] | codes


def _codes(name: str) -> list[str]:
    return [item.code for item in code_list(name).items]


def _returned(field: Field, collection: Collection) -> JsonSchema:
    role: JsonSchema = {"x-ogc-role": field.role} if field.role else {}
    read_only = {} if is_received(collection, field.name) else {"readOnly": True}
    return _described(field) | role | read_only


def _primary_geometry(collection: Collection) -> JsonSchema:
    return {
        "title": "Place",
        "x-ogc-role": "primary-geometry",
        "x-ogc-propertySeq": 0,
        "format": f"geometry-{collection.geometry.lower()}",
    }

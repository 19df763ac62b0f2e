"""The API as an OpenAPI 3.0 document, small and with a literal path for each collection.

FastAPI writes OpenAPI 3.1 with one path for all collections; QGIS and GDAL read from the literal path of a
collection which parameters it can be asked by.
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic.fields import FieldInfo

from api.collections import COLLECTIONS, Collection, Plain
from api.landing import DESCRIPTION, TITLE
from api.pages import render
from api.parameters import DEFAULT_LIMIT, LARGEST_LIMIT, DayParameters, ItemParameters, Parameters, fields_by_name
from api.queryables import parameters_of
from api.representation import GEOJSON, OPENAPI, address, root_of

router = APIRouter()
Document = dict[str, Any]
PLAIN_PATHS: dict[str, tuple[str, type[Parameters]]] = {
    "/": ("Landing page", Parameters),
    "/conformance": ("Standards that the service conforms to", Parameters),
    "/collections": ("Collections", Parameters),
    "/codes": ("Every code, with label and definition", Parameters),
    "/regions": ("Regions and their countries on a day", DayParameters),
    "/sources": ("Sources and licences", Parameters),
}


@router.api_route("/api", methods=["GET", "HEAD"])
async def read_api(request: Request, _: Plain) -> Response:
    return JSONResponse(openapi_document(root_of(request)), media_type=OPENAPI)


@router.api_route("/api.html", methods=["GET", "HEAD"])
async def read_api_page(request: Request, _: Plain) -> Response:
    page = render("api.html", root=root_of(request), document={"title": "The API", "href": address(request, "/api")})
    return Response(page, media_type="text/html")


def openapi_document(root: str) -> Document:
    """The whole document; `root` is the service's address without a slash at its end."""
    paths = {path: _get(summary, model, "application/json") for path, (summary, model) in PLAIN_PATHS.items()}
    for collection in COLLECTIONS.values():
        paths |= _collection_paths(collection)
    paths["/points-of-entry/{code}/history"] = _get(
        "Every record of a point, on both time axes", Parameters, "application/json", in_path="code"
    )
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE, "description": DESCRIPTION, "version": "1.0", "license": {"name": "Apache-2.0"}},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"parameters": {"limit": LIMIT}, "responses": {"Problem": PROBLEM}},
    }


LIMIT: Document = {
    "name": "limit",
    "in": "query",
    "description": "Features in a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
    "style": "form",
    "explode": False,
}
PROBLEM: Document = {
    "description": "What is wrong, naming the parameter and its value (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"type": "object"}}},
}


def _collection_paths(collection: Collection) -> dict[str, Document]:
    path = f"/collections/{collection.id}"
    return {
        path: _get(collection.title, Parameters, "application/json"),
        f"{path}/items": _get(collection.description, parameters_of(collection), GEOJSON),
        f"{path}/items/{{featureId}}": _get(f"One {collection.item}", ItemParameters, GEOJSON, in_path="featureId"),
    }


def _get(summary: str, model: type[Parameters], media_type: str, *, in_path: str | None = None) -> Document:
    parameters = [_parameter(name, field) for name, field in fields_by_name(model).items()]
    if in_path is not None:
        parameters.insert(0, {"name": in_path, "in": "path", "required": True, "schema": {"type": "string"}})
    content = {media_type: {"schema": {"type": "object"}}, "text/html": {"schema": {"type": "string"}}}
    responses = {"200": {"description": summary, "content": content}}
    for status in ("400", "404", "500"):
        responses[status] = {"$ref": "#/components/responses/Problem"}
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


def _parameter(name: str, field: FieldInfo) -> Document:
    if name == "limit":
        return {"$ref": "#/components/parameters/limit"}
    schema = _schema(name)
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": field.description or "",
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _schema(name: str) -> Document:
    """Text, also where several values may stand with commas between: QGIS pushes down only what is a plain string.

    Bounds and codes are checked, and named, by the service.
    """
    if name == "f":
        return {"type": "string", "enum": ["json", "html"]}
    if name == "bbox":
        return {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    return {"type": "boolean"} if name == "is_poe" else {"type": "string"}

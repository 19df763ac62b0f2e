"""OpenAPI 3.0 document of the API, with a literal path for each collection.

FastAPI writes OpenAPI 3.1 with one path for all collections; QGIS and GDAL read the parameters of a collection from
its literal path.
"""

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic.fields import FieldInfo

from api.collections.passed_parameters import QueryToForward
from api.collections.registry import COLLECTIONS
from api.concurrency.bounded_cache import cache_short
from api.openapi.collection_operations import iterate_collection_operations
from api.openapi.components import build_parameter_schema, build_responses, share_parameters, share_responses
from api.openapi.json_schema import COUNT, refer_to_schema
from api.openapi.office_operations import OFFICE_OPERATIONS
from api.openapi.operation import Operation
from api.openapi.reading_operations import PUBLIC_OPERATIONS
from api.openapi.schemas import select_reached_schemas
from api.openapi.statuses import build_failure_responses
from api.parameters.bounds import MAX_PATH_CHARACTERS
from api.parameters.shared import map_parameter_fields
from api.parameters.types import DEFAULT_LIMIT, MAX_LIMIT
from api.responses.attribution import DESCRIPTION, TITLE
from api.responses.representation import KEY_IN_QUERY, OPENAPI, build_url, render_page, resolve_root_url
from api.tiles.routes import EXTENSIONS
from api.values.numbers import MAX_INT64

Document = dict[str, Any]
PATH_PARAMETER = re.compile(r"{(\w+)}")
BOOLEAN_PARAMETERS = {"is_poe", "dry_run", "partial", "skipGeometry", "hxl", "bom"}
# Longest root address whose document is cached; a service has few addresses.
MAX_ADDRESS_CHARACTERS = 300


@cache_short(8, MAX_ADDRESS_CHARACTERS)
def render_api_document(root: str) -> str:
    """Render the document as JSON text; `root` is the service's address without a slash at its end."""
    return json.dumps(build_document(root), ensure_ascii=False, separators=(",", ":"))


def build_document(root: str) -> Document:
    """Build the whole document; `root` is the service's address without a slash at its end."""
    paths: Document = {}
    for operation in iterate_operations():
        paths.setdefault(operation.path, {})[operation.method] = _describe_operation(operation)
    initial = {"limit": LIMIT, **{name: _describe_header(name, description) for name, description in HEADERS.items()}}
    parameters, responses = share_parameters(paths, initial), share_responses(paths, build_failure_responses())
    return {
        "openapi": "3.0.3",
        "info": {
            "title": TITLE,
            "description": f"{DESCRIPTION} {EMPTY_VALUES_NOTE}",
            "version": "1.0",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": root}],
        "paths": paths,
        "components": {
            "parameters": parameters,
            "responses": responses,
            "schemas": select_reached_schemas([paths, responses]),
            "securitySchemes": SECURITY,
        },
    }


def iterate_operations() -> Iterator[Operation]:
    """Iterate over the operations of the service, then of each collection."""
    yield from (*PUBLIC_OPERATIONS, *OFFICE_OPERATIONS)
    for collection in COLLECTIONS.values():
        yield from iterate_collection_operations(collection)


EMPTY_VALUES_NOTE = "A parameter with an empty value is ignored, since HTML forms send empty fields."
LIMIT: Document = {
    "name": "limit",
    "in": "query",
    "description": "Maximum features on a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "style": "form",
    "explode": False,
    "allowEmptyValue": True,
}
HEADERS = {
    "Idempotency-Key": "A request repeated with the same key takes effect once.",
    "If-Match": "ETag of the version read; if the resource has changed, nothing is saved.",
    "Content-Crs": "URI of the body's coordinate reference system; default: longitude and latitude.",
}
PATH_TEXT: Document = {"type": "string", "maxLength": MAX_PATH_CHARACTERS}
ROW_NUMBER: Document = {"type": "integer", "minimum": 1, "maximum": MAX_INT64}
# Path parameters that are not plain text.
PATH_SCHEMAS: dict[str, Document] = {
    **dict.fromkeys(("z", "x", "y"), COUNT),
    **dict.fromkeys(("number", "delivery"), ROW_NUMBER),
    "ending": {"type": "string", "enum": list(EXTENSIONS)},
}
SECURITY: Document = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The key of an office."},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as the password, with any user name."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "query": {
        "type": "apiKey",
        "in": "query",
        "name": KEY_IN_QUERY,
        "description": "Only if no header can be sent: URLs are stored in logs and histories.",
    },
}
QGIS_STYLE = {"required": False, "style": "form", "explode": False}
KEY_SECURITY: list[Document] = [{name: []} for name in SECURITY]


def _describe_operation(operation: Operation) -> Document:
    bodies = {media_type: {"schema": refer_to_schema(name)} for media_type, name in operation.takes.items()}
    return {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": list(_describe_parameters(operation)),
        **({"requestBody": {"required": True, "content": bodies}} if bodies else {}),
        "responses": build_responses(operation),
        "security": [] if operation.role == "anyone" else KEY_SECURITY,
    }


def _describe_parameters(operation: Operation) -> Iterator[Document]:
    for name in PATH_PARAMETER.findall(operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": PATH_SCHEMAS.get(name, PATH_TEXT)}
    fields = map_parameter_fields(operation.parameters) if operation.parameters else {}
    read_by_qgis = operation.path.endswith("/items")
    for name, field in fields.items():
        # A path with an extension names the format already.
        if name != "f" or not PurePath(operation.path).suffix:
            is_page_limit = name == "limit" and field.default in {None, DEFAULT_LIMIT}
            yield _refer_to_parameter(name) if is_page_limit else _describe_parameter(name, field, as_text=read_by_qgis)
    for name in operation.headers:
        yield _refer_to_parameter(name)


def _refer_to_parameter(name: str) -> Document:
    return {"$ref": f"#/components/parameters/{name}"}


def _describe_header(name: str, description: str) -> Document:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


def _describe_parameter(name: str, field: FieldInfo, *, as_text: bool) -> Document:
    """Describe the parameter. `as_text` describes it for QGIS, which pushes down filters on plain strings only."""
    required = {"required": True} if field.is_required() else {}
    schema = {"type": "boolean"} if name in BOOLEAN_PARAMETERS else build_parameter_schema(name, field, as_text=as_text)
    described = {"name": name, "in": "query", "description": field.description or "", "schema": schema}
    example = {"example": field.examples[0]} if field.examples else {}
    shape = QGIS_STYLE if as_text else {"style": "form", "explode": False} if schema["type"] == "array" else {}
    # True of all other parameters too, as `info` describes: repeated at each it would be a thirtieth of the document.
    empty = {"allowEmptyValue": True} if name in {"f", "limit"} else {}
    return described | required | shape | example | empty


router = APIRouter()


@router.api_route("/api", methods=["GET", "HEAD"])
async def get_api(request: Request, _: QueryToForward) -> Response:
    return Response(render_api_document(resolve_root_url(request)), media_type=OPENAPI)


@router.api_route("/api.html", methods=["GET", "HEAD"])
async def get_api_page(request: Request, _: QueryToForward) -> Response:
    return render_page(request, "api.html", {"document": {"title": "The API", "href": build_url(request, "/api")}})

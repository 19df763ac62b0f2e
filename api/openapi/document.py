"""OpenAPI 3.0 document of the API, with a literal path for each collection.

FastAPI writes OpenAPI 3.1 with one path for all collections; QGIS and GDAL read the parameters of a collection from
its literal path.
"""

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from pydantic.fields import FieldInfo

from api.asked_types import DEFAULT_LIMIT, LARGEST_LIMIT
from api.attribution import DESCRIPTION, TITLE
from api.bounded_cache import cache_short
from api.collections import COLLECTIONS
from api.openapi.collection_operations import of_collection
from api.openapi.components import share_parameters, share_responses
from api.openapi.json_schema import COUNT, refer
from api.openapi.office_operations import WORKING
from api.openapi.operation import Operation
from api.openapi.parameter_schemas import schema_of
from api.openapi.reading_operations import READING
from api.openapi.responses import responses_of
from api.openapi.schemas import schemas_reached
from api.openapi.statuses import failure_responses
from api.parameter_bounds import MAX_PATH_CHARACTERS
from api.parameters import fields_by_name
from api.representation import KEY_IN_QUERY
from api.tiles.routes import ENDINGS
from api.values.numbers import LARGEST_INT64

Document = dict[str, Any]
IN_PATH = re.compile(r"{(\w+)}")
YES_OR_NO = {"is_poe", "dry_run", "partial", "skipGeometry", "hxl", "bom"}
# Longest root address whose document is cached; a service has few addresses.
MAX_ADDRESS_CHARACTERS = 300


@cache_short(8, MAX_ADDRESS_CHARACTERS)
def document_text(root: str) -> str:
    """Render the document as JSON text; `root` is the service's address without a slash at its end."""
    return json.dumps(openapi_document(root), ensure_ascii=False, separators=(",", ":"))


def openapi_document(root: str) -> Document:
    """Build the whole document; `root` is the service's address without a slash at its end."""
    paths: Document = {}
    for operation in all_operations():
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    initial = {"limit": LIMIT, **{name: _header(name, description) for name, description in HEADERS.items()}}
    parameters, responses = share_parameters(paths, initial), share_responses(paths, failure_responses())
    return {
        "openapi": "3.0.3",
        "info": {
            "title": TITLE,
            "description": f"{DESCRIPTION} {EMPTY}",
            "version": "1.0",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": root}],
        "paths": paths,
        "components": {
            "parameters": parameters,
            "responses": responses,
            "schemas": schemas_reached([paths, responses]),
            "securitySchemes": SECURITY,
        },
    }


def all_operations() -> Iterator[Operation]:
    """Iterate over the operations of the service, then of each collection."""
    yield from (*READING, *WORKING)
    for collection in COLLECTIONS.values():
        yield from of_collection(collection)


EMPTY = "A parameter with an empty value counts as not given, as forms send it."
LIMIT: Document = {
    "name": "limit",
    "in": "query",
    "description": "Features in a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
    "style": "form",
    "explode": False,
    "allowEmptyValue": True,
}
HEADERS = {
    "Idempotency-Key": "What is sent again under the same key happens once.",
    "If-Match": "ETag of what was seen; if it has changed since, nothing is written.",
    "Content-Crs": "Address of the coordinate reference system that the body is in; longitude and latitude without it.",
}
PATH_TEXT: Document = {"type": "string", "maxLength": MAX_PATH_CHARACTERS}
ROW_NUMBER: Document = {"type": "integer", "minimum": 1, "maximum": LARGEST_INT64}
# Path parameters that are not plain text.
IN_PATHS: dict[str, Document] = {
    **dict.fromkeys(("z", "x", "y"), COUNT),
    **dict.fromkeys(("number", "delivery"), ROW_NUMBER),
    "ending": {"type": "string", "enum": list(ENDINGS)},
}
SECURITY: Document = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The key of an office."},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as the password, with any user name."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "query": {
        "type": "apiKey",
        "in": "query",
        "name": KEY_IN_QUERY,
        "description": "Only where no header can be sent: addresses are kept in logs and histories.",
    },
}
AS_QGIS_READS_IT = {"required": False, "style": "form", "explode": False}
WITH_A_KEY: list[Document] = [{name: []} for name in SECURITY]


def _described(operation: Operation) -> Document:
    bodies = {media_type: {"schema": refer(name)} for media_type, name in operation.takes.items()}
    return {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": list(_parameters(operation)),
        **({"requestBody": {"required": True, "content": bodies}} if bodies else {}),
        "responses": responses_of(operation),
        "security": [] if operation.role == "anyone" else WITH_A_KEY,
    }


def _parameters(operation: Operation) -> Iterator[Document]:
    for name in IN_PATH.findall(operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": IN_PATHS.get(name, PATH_TEXT)}
    fields = fields_by_name(operation.parameters) if operation.parameters else {}
    read_by_qgis = operation.path.endswith("/items")
    for name, field in fields.items():
        # A path with an extension names the format already.
        if name != "f" or not PurePath(operation.path).suffix:
            is_page_limit = name == "limit" and field.default in {None, DEFAULT_LIMIT}
            yield _referred(name) if is_page_limit else _parameter(name, field, as_text=read_by_qgis)
    for name in operation.headers:
        yield _referred(name)


def _referred(name: str) -> Document:
    return {"$ref": f"#/components/parameters/{name}"}


def _header(name: str, description: str) -> Document:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


def _parameter(name: str, field: FieldInfo, *, as_text: bool) -> Document:
    """Describe the parameter. `as_text` describes it for QGIS, which pushes down filters on plain strings only."""
    required = {"required": True} if field.is_required() else {}
    schema = {"type": "boolean"} if name in YES_OR_NO else schema_of(name, field, as_text=as_text)
    described = {"name": name, "in": "query", "description": field.description or "", "schema": schema}
    example = {"example": field.examples[0]} if field.examples else {}
    shape = AS_QGIS_READS_IT if as_text else {"style": "form", "explode": False} if schema["type"] == "array" else {}
    # True of all other parameters too, as `info` describes: repeated at each it would be a thirtieth of the document.
    empty = {"allowEmptyValue": True} if name in {"f", "limit"} else {}
    return described | required | shape | example | empty

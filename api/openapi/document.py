"""OpenAPI 3.0 document of the application's routes, with a literal path for each collection.

FastAPI writes OpenAPI 3.1 with one path for all collections; QGIS and GDAL read the parameters of a collection from
its literal path.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.routing import BaseRoute

from api.collections.passed_parameters import QueryToForward
from api.concurrency.bounded_cache import cache_short
from api.openapi.bodies import refer_to_body
from api.openapi.collect import collect_operations
from api.openapi.json_schema import SCHEMA_PREFIX
from api.openapi.parameters import build_shared_parameters, describe_parameters
from api.openapi.responses import build_failure_responses, build_responses
from api.openapi.schemas import select_reached_schemas
from api.parameters.operation import HTML, Operation
from api.parameters.shared import Parameters
from api.responses.attribution import DESCRIPTION, TITLE
from api.responses.representation import KEY_IN_QUERY, OPENAPI, build_url, render_page, resolve_root_url

Document = dict[str, Any]
SCHEMA_NAME = re.compile(rf'"{re.escape(SCHEMA_PREFIX)}(\w+)"')
# Longest root address whose document is cached; a service has few addresses.
MAX_ADDRESS_CHARACTERS = 300
EMPTY_VALUES_NOTE = "A parameter with an empty value is ignored, since HTML forms send empty fields."
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
KEY_SECURITY: list[Document] = [{name: []} for name in SECURITY]
router = APIRouter()


class ApiDocument:
    """The document of an application, from its routes; the text is cached by the address of the service."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = routes
        self.render = cache_short(8, MAX_ADDRESS_CHARACTERS)(self._render)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return collect_operations(self._routes)

    @property
    def _models(self) -> frozenset[type[BaseModel]]:
        bodies = (schema for operation in self.operations for schema in operation.takes.values())
        return frozenset(schema for schema in bodies if not isinstance(schema, str))

    def build(self, root: str) -> Document:
        """Build the document; `root` is the service's address without a slash at its end."""
        paths: Document = {}
        for operation in self.operations:
            paths.setdefault(operation.path, {})[operation.method] = _describe_operation(operation)
        parameters = _share_parameters(paths, build_shared_parameters())
        responses = _share_responses(paths, build_failure_responses())
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
                "schemas": select_reached_schemas([paths, responses], self._models),
                "securitySchemes": SECURITY,
            },
        }

    def _render(self, root: str) -> str:
        return json.dumps(self.build(root), ensure_ascii=False, separators=(",", ":"))


@router.api_route("/api", methods=["GET", "HEAD"])
@Operation("getApi", "This document", parameters=Parameters, answer="OpenApi", gives=(OPENAPI,))
async def get_api(request: Request, _: QueryToForward) -> Response:
    document: ApiDocument = request.app.state.api_document
    return Response(document.render(resolve_root_url(request)), media_type=OPENAPI)


@router.api_route("/api.html", methods=["GET", "HEAD"])
@Operation("getApiPage", "This document as a page", parameters=Parameters, gives=(HTML,))
async def get_api_page(request: Request, _: QueryToForward) -> Response:
    return render_page(
        request, "pages/api.html", {"document": {"title": "The API", "href": build_url(request, "/api")}}
    )


def _describe_operation(operation: Operation) -> Document:
    bodies = {media_type: {"schema": refer_to_body(schema)} for media_type, schema in operation.takes.items()}
    return {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": list(describe_parameters(operation)),
        **({"requestBody": {"required": True, "content": bodies}} if bodies else {}),
        "responses": build_responses(operation),
        "security": [] if operation.role == "anyone" else KEY_SECURITY,
    }


def _share_parameters(paths: Document, initial: Document) -> Document:
    """Replace parameters that occur more than once by references; return the shared parameters by name.

    `initial` are parameters with references already; they are returned too. Parameters of items are not replaced:
    QGIS does not follow all references there.
    """
    places = [
        (operation["parameters"], place)
        for operation in _iterate_operations(paths)
        for place, each in enumerate(operation["parameters"])
        if "name" in each
    ]
    return _share_parts(places, "parameters", initial, lambda parameter: str(parameter["name"]))


def _share_responses(paths: Document, initial: Document) -> Document:
    """Replace responses that occur more than once by references; return the shared responses by name.

    A response is named by its schema; without a schema it is as short as a reference and stays. `initial` are
    responses with references already; they are returned too.
    """
    places = [
        (operation["responses"], status)
        for operation in _iterate_operations(paths)
        for status, each in operation["responses"].items()
        if "$ref" not in each and SCHEMA_NAME.search(_serialise_part(each))
    ]
    return _share_parts(places, "responses", initial, lambda answer: SCHEMA_NAME.findall(_serialise_part(answer))[0])


def _share_parts(
    places: list[tuple[Any, Any]], kind: str, initial: Document, name_of: Callable[[Document], str]
) -> Document:
    """Replace equal parts at several places by references. A place is a list or an object, and a key in it.

    Equal parts share one name; a different part with the same name gets a number as suffix.
    """
    times = Counter(_serialise_part(holder[key]) for holder, key in places)
    names: dict[str, str] = {}
    shared, taken = dict(initial), Counter(initial)
    for holder, key in places:
        text = _serialise_part(holder[key])
        if times[text] > 1:
            if text not in names:
                name = name_of(holder[key])
                names[text] = f"{name}-{taken[name] + 1}" if taken[name] else name
                taken[name] += 1
                shared[names[text]] = holder[key]
            holder[key] = {"$ref": f"#/components/{kind}/{names[text]}"}
    return shared


def _iterate_operations(paths: Document) -> Iterator[Document]:
    for path, methods in paths.items():
        if not path.endswith("/items"):
            yield from methods.values()


def _serialise_part(part: Document) -> str:
    return json.dumps(part, sort_keys=True)

"""Description of a route for the OpenAPI document at /api, written above the route's function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from api.parameters.shared import Parameters

JSON, HTML, CSV, MERGE_PATCH = "application/json", "text/html", "text/csv", "application/merge-patch+json"
# Media types of a document, as `render_document` renders it.
PAGE_TYPES = (JSON, HTML)
# Headers that prevent a repeated write, and a write over somebody's later change.
ONCE_HEADERS = ("Idempotency-Key", "If-Match")
Role = Literal["anyone", "any", "reviewer", "admin"]
Method = Literal["get", "post", "put", "patch", "delete"]
# A schema of `api/openapi/answers` or `api/openapi/bodies.py` by its name, or a model.
BodySchema = str | type[BaseModel]
NO_BODY: Mapping[str, BodySchema] = MappingProxyType({})
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
ATTRIBUTE = "openapi_operation"


@dataclass(frozen=True, slots=True)
class Operation:
    """Description of a route, and the decorator that attaches it to the route's function.

    `id` is the operationId, which must not change: generated clients name functions by it. `parameters` is the model of
    the query parameters; by default the model in the function's signature. `answer` names the schema of the JSON
    responses; `gives` are the media types of the responses, `takes` maps the media types of the body to schemas.
    `statuses` are the success statuses, the usual status first; `fails` are failure statuses that do not follow from
    the other fields. An operation with a `role` needs a key. `ranges`: some responses are files that support byte
    ranges. `method` and `path` are the route's: `collect_operations` fills them in.
    """

    id: str
    summary: str
    parameters: type[Parameters] | None = None
    answer: str | None = None
    gives: tuple[str, ...] = PAGE_TYPES
    takes: Mapping[str, BodySchema] = field(default_factory=lambda: NO_BODY)
    tag: str = "Reading"
    role: Role = "anyone"
    statuses: tuple[int, ...] = (200,)
    fails: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    ranges: bool = False
    method: Method = "get"
    path: str = ""

    def __call__(self, endpoint: Endpoint) -> Endpoint:
        """Attach the operation to the function of a route."""
        setattr(endpoint, ATTRIBUTE, replace(self, parameters=self.parameters or _find_parameters(endpoint)))
        return endpoint


def _find_parameters(endpoint: Callable[..., Any]) -> type[Parameters] | None:
    """Find the model of the query parameters in the signature; None for a function that takes no such model."""
    for annotation in endpoint.__annotations__.values():
        # The origin of `Annotated[Model, ...]` is the model.
        model = getattr(annotation, "__origin__", annotation)
        if isinstance(model, type) and issubclass(model, Parameters):
            return model
    return None


def list_patch_types(schema: BodySchema) -> Mapping[str, BodySchema]:
    """List the media types of a PATCH body, with its schema."""
    return {MERGE_PATCH: schema, JSON: schema}

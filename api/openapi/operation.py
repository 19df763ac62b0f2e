"""Operation of the service, for the document at /api."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from api.parameters.shared import Parameters

JSON, HTML, CSV, MERGE_PATCH = "application/json", "text/html", "text/csv", "application/merge-patch+json"
Role = Literal["anyone", "any", "reviewer", "admin"]
Method = Literal["get", "post", "put", "patch", "delete"]
NO_BODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path. `id` is its operationId, which must not change: generated clients name functions by it.

    `answer` names the schema of its JSON responses; `gives` are the media types of its responses, `takes` maps the
    media types of its body to schemas. `statuses` are the success statuses, the usual status first; `fails` are failure
    statuses that do not follow from the other fields. An operation with a `role` needs a key. `ranges`: some of its
    responses are files that support byte ranges.
    """

    id: str
    method: Method
    path: str
    tag: str
    summary: str
    parameters: type[Parameters] | None = None
    answer: str | None = None
    gives: tuple[str, ...] = (JSON,)
    takes: Mapping[str, str] = field(default_factory=lambda: NO_BODY)
    role: Role = "anyone"
    statuses: tuple[int, ...] = (200,)
    fails: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    ranges: bool = False

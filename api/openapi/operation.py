"""An operation of the service as /api describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from api.parameters import Parameters

JSON, HTML, CSV, MERGE_PATCH = "application/json", "text/html", "text/csv", "application/merge-patch+json"
Role = Literal["anyone", "any", "reviewer", "admin"]
Method = Literal["get", "post", "put", "patch", "delete"]
NO_BODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path. `id` is its operationId, which stays: generated clients name their functions by it.

    `answer` names the schema of its answers in JSON; `gives` are the media types of its answers, `takes` the schema of
    its body for each media type. `statuses` are those of success, the usual one first; `fails` are statuses of failure
    beside those that follow from the rest. An operation of a `role` needs a key. `ranges`: some of its answers are
    files, of which a part can be asked for.
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

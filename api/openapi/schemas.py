"""Schemas of responses and bodies by name; the document contains only schemas that an operation refers to."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from api.openapi.answers.analysis import analysis_schemas
from api.openapi.answers.documents import document_schemas
from api.openapi.answers.features import feature_schemas
from api.openapi.answers.maps import map_schemas
from api.openapi.answers.offices import office_schemas
from api.openapi.answers.records import record_schemas
from api.openapi.answers.submissions import submission_schemas
from api.openapi.bodies import body_schemas
from api.openapi.json_schema import SCHEMAS, Schema, code_schemas, refer
from models.codes import CODE_LISTS

REFERENCE = re.compile(rf'"{re.escape(SCHEMAS)}(\w+)"')
SUBJECTS = (
    document_schemas,
    feature_schemas,
    map_schemas,
    analysis_schemas,
    record_schemas,
    office_schemas,
    submission_schemas,
    body_schemas,
)


@cache
def all_schemas() -> dict[str, Schema]:
    """Collect every schema by name. Raises ValueError if two schemas have the same name."""
    collected = code_schemas(tuple(CODE_LISTS))
    for subject in SUBJECTS:
        schemas = subject()
        if twice := collected.keys() & schemas.keys():
            raise ValueError(f"two schemas have the name {', '.join(twice)}")
        collected |= schemas
    return _with_named(collected)


def _with_named(schemas: dict[str, Schema]) -> dict[str, Schema]:
    """Move named schemas out of other schemas, and put references in their places."""
    found: dict[str, Schema] = {}

    def hoisted(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
        if isinstance(part, list):
            return [hoisted(each) for each in part]
        if not isinstance(part, dict):
            return part
        inner = {key: hoisted(value) for key, value in part.items()}
        name = inner.pop("title", None) if isinstance(inner.get("title"), str) else None
        if name is None:
            return inner
        if found.setdefault(name, inner) != inner or name in schemas:
            raise ValueError(f"two schemas have the name {name}")
        return refer(name)

    return {name: hoisted(schema) for name, schema in schemas.items()} | found


def schemas_reached(document: Any) -> dict[str, Schema]:  # noqa: ANN401 - any part of the document
    """Select the schemas that the document refers to, directly or through other schemas, in the order of names."""
    found: dict[str, Schema] = {}
    waiting = list(_referred(document))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = all_schemas()[name]
            waiting += _referred(found[name])
    return dict(sorted(found.items()))


def _referred(part: Any) -> Iterator[str]:  # noqa: ANN401 - any part of the document
    found: Iterable[str] = REFERENCE.findall(json.dumps(part))
    yield from found

"""Schemas of responses and bodies by name; the document contains only schemas that an operation refers to."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from api.openapi.answers.analysis import build_analysis_schemas
from api.openapi.answers.documents import build_document_schemas
from api.openapi.answers.features import build_feature_schemas
from api.openapi.answers.maps import build_map_schemas
from api.openapi.answers.offices import build_office_schemas
from api.openapi.answers.records import build_record_schemas
from api.openapi.answers.submissions import build_submission_schemas
from api.openapi.bodies import build_body_schemas
from api.openapi.json_schema import SCHEMA_PREFIX, Schema, build_code_schemas, refer_to_schema
from api.openapi.model_schemas import build_model_schemas
from models.codes import CODE_LISTS

REFERENCE = re.compile(rf'"{re.escape(SCHEMA_PREFIX)}(\w+)"')
SCHEMA_BUILDERS = (
    build_document_schemas,
    build_feature_schemas,
    build_map_schemas,
    build_analysis_schemas,
    build_record_schemas,
    build_office_schemas,
    build_submission_schemas,
    build_body_schemas,
)


@cache
def collect_schemas(models: frozenset[type[BaseModel]]) -> dict[str, Schema]:
    """Collect every schema by name, with those of the models. Raises ValueError if two schemas have the same name."""
    collected = build_code_schemas(tuple(CODE_LISTS))
    of_models = (build_model_schemas(model, model.__name__) for model in models)
    for schemas in (*(build() for build in SCHEMA_BUILDERS), *of_models):
        if twice := collected.keys() & schemas.keys():
            raise ValueError(f"two schemas have the name {', '.join(twice)}")
        collected |= schemas
    return _extract_named(collected)


def _extract_named(schemas: dict[str, Schema]) -> dict[str, Schema]:
    """Move named schemas out of other schemas, and put references in their places."""
    found: dict[str, Schema] = {}

    def replace_named(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
        if isinstance(part, list):
            return [replace_named(each) for each in part]
        if not isinstance(part, dict):
            return part
        inner = {key: replace_named(value) for key, value in part.items()}
        name = inner.pop("title", None) if isinstance(inner.get("title"), str) else None
        if name is None:
            return inner
        if found.setdefault(name, inner) != inner or name in schemas:
            raise ValueError(f"two schemas have the name {name}")
        return refer_to_schema(name)

    return {name: replace_named(schema) for name, schema in schemas.items()} | found


def select_reached_schemas(
    document: Any,  # noqa: ANN401 - any part of the document
    models: frozenset[type[BaseModel]],
) -> dict[str, Schema]:
    """Select the schemas that the document refers to, directly or through other schemas, in the order of names.

    `models` are the bodies whose schemas come from their classes.
    """
    schemas = collect_schemas(models)
    found: dict[str, Schema] = {}
    waiting = list(_find_references(document))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = schemas[name]
            waiting += _find_references(found[name])
    return dict(sorted(found.items()))


def _find_references(part: Any) -> Iterator[str]:  # noqa: ANN401 - any part of the document
    found: Iterable[str] = REFERENCE.findall(json.dumps(part))
    yield from found

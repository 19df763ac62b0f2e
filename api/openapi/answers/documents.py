"""Schemas of documents about the service: landing page, collections, code lists, sources, health, problems."""

import datetime as dt

from api.openapi.json_schema import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    INTEGER,
    NUMBER,
    STRING,
    STRINGS,
    URI,
    Schema,
    array_of,
    map_of,
    named,
    nullable,
    object_of,
    one_of,
    refer,
)
from api.openapi.model_schemas import model_schemas
from api.openapi.row_schemas import row_properties
from api.symbols import Symbols
from models.codes import CodeList
from models.regions import regions_on, sources
from models.time_axes import Days

LINK: Schema = object_of(
    {"href": STRING, "rel": STRING, "type": STRING, "title": STRING, "templated": BOOLEAN},
    optional=("type", "title", "templated"),
)
LINKS = refer("Links")
# "2020-04-15", or "first/last" with ".." for an open side.
DAYS: Schema = {"type": "string", "description": "A day, or an interval `first/last`, open at a side `..`."}
CLOCKS: dict[str, Schema] = {"datetime": DAYS, "as_known_at": {"type": "string", "format": "date-time"}}
BOX = array_of(NUMBER, minItems=4, maxItems=6)


def document_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {
        "Link": LINK,
        "Links": array_of(refer("Link")),
        "LandingPage": object_of({"title": STRING, "description": STRING, "attribution": STRING, "links": LINKS}),
        "Conformance": object_of({"title": STRING, "conformsTo": STRINGS, "links": LINKS}),
        "CollectionList": object_of(
            {"title": STRING, "crs": STRINGS, "collections": array_of(refer("Collection")), "links": LINKS}
        ),
        "Collection": _collection(),
        "JsonSchema": _json_schema(),
        "FunctionList": object_of({"title": STRING, "functions": array_of(_function()), "links": LINKS}),
        "Codes": object_of({"title": STRING, "code_lists": array_of(refer("CodeList")), "links": LINKS}),
        "RegionList": object_of({"title": STRING, "regions": array_of(_region()), "datetime": DAYS, "links": LINKS}),
        "SourceList": object_of(
            {
                "title": STRING,
                "sources": array_of(named("Source", object_of(row_properties(sources())))),
                "notice": STRING,
                "links": LINKS,
            }
        ),
        "Health": object_of(
            {"status": STRING, "detail": STRING, "numbers": map_of(NUMBER)}, optional=("detail", "numbers")
        ),
        "OpenApi": object_of(
            {
                "openapi": STRING,
                "info": ANY_OBJECT,
                "servers": array_of(ANY_OBJECT),
                "paths": ANY_OBJECT,
                "components": ANY_OBJECT,
            }
        ),
        **model_schemas(CodeList, "CodeList"),
        **model_schemas(Symbols, "Symbols"),
        "Problem": _problem(),
    }


def _collection() -> Schema:
    moment = nullable({"type": "string", "format": "date-time"})
    spatial = object_of({"bbox": array_of(BOX, minItems=1), "crs": URI})
    temporal = object_of({"interval": array_of(array_of(moment, minItems=2, maxItems=2), minItems=1), "trs": URI})
    return object_of(
        {
            "id": STRING,
            "title": STRING,
            "description": STRING,
            "keywords": STRINGS,
            "itemType": one_of("feature"),
            "itemCount": COUNT,
            "crs": STRINGS,
            "storageCrs": URI,
            "extent": object_of({"spatial": spatial, "temporal": temporal}),
            "links": LINKS,
        }
    )


def _json_schema() -> Schema:
    return object_of(
        {
            "$schema": URI,
            "$id": URI,
            "type": one_of("object"),
            "title": STRING,
            "description": STRING,
            "properties": map_of(ANY_OBJECT),
            "required": STRINGS,
        },
        optional=("required",),
        # A schema may have other members; `additionalProperties` is not listed, since it confuses generated clients.
        additionalProperties=True,
    )


def _function() -> Schema:
    arguments = array_of(object_of({"type": STRINGS}))
    function = object_of({"name": STRING, "description": STRING, "returns": STRINGS, "arguments": arguments})
    return named("Function", function)


def _region() -> Schema:
    statement = regions_on(Days.on(dt.date.min))
    row = row_properties(statement, codes={"kind": "region_kind"}, never_null=("aliases", "countries"))
    return named("Region", object_of(row))


def _problem() -> Schema:
    """Build the schema of a problem (RFC 9457), with the members of a refused submission."""
    error = {"parameter": STRING, "field": STRING, "property": STRING, "value": STRING, "reason": STRING}
    return object_of(
        {
            "type": STRING,
            "title": STRING,
            "status": INTEGER,
            "detail": STRING,
            "errors": array_of(named("Error", object_of(error, optional=("parameter", "field", "property")))),
            "state": one_of("refused"),
            "counts": refer("Counts"),
            "problems": array_of(refer("SubmissionProblem")),
            "rows": array_of(refer("SubmissionRow")),
        },
        optional=("errors", "state", "counts", "problems", "rows"),
        description="What is wrong, naming the parameter, field or row and its value (RFC 9457).",
    )

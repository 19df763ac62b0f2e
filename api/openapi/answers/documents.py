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
    allow_null,
    assign_name,
    build_array,
    build_enum,
    build_map,
    build_object,
    refer_to_schema,
)
from api.openapi.model_schemas import build_model_schemas
from api.openapi.row_schemas import build_row_properties
from api.tiles.symbols import Symbols
from models.codes import CodeList
from models.queries.regions import select_regions, select_sources
from models.tables.bitemporal import Days

LINK: Schema = build_object(
    {"href": STRING, "rel": STRING, "type": STRING, "title": STRING, "templated": BOOLEAN},
    optional=("type", "title", "templated"),
)
LINKS = refer_to_schema("Links")
# "2020-04-15", or "first/last" with ".." for an open side.
DAYS: Schema = {"type": "string", "description": "Day, or interval `first/last`, where `..` means open."}
CLOCKS: dict[str, Schema] = {"datetime": DAYS, "as_known_at": {"type": "string", "format": "date-time"}}
BOX = build_array(NUMBER, minItems=4, maxItems=6)


def build_document_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {
        "Link": LINK,
        "Links": build_array(refer_to_schema("Link")),
        "LandingPage": build_object({"title": STRING, "description": STRING, "attribution": STRING, "links": LINKS}),
        "Conformance": build_object({"title": STRING, "conformsTo": STRINGS, "links": LINKS}),
        "CollectionList": build_object(
            {"title": STRING, "crs": STRINGS, "collections": build_array(refer_to_schema("Collection")), "links": LINKS}
        ),
        "Collection": _build_collection(),
        "JsonSchema": _build_json_schema(),
        "FunctionList": build_object({"title": STRING, "functions": build_array(_build_function()), "links": LINKS}),
        "Codes": build_object(
            {"title": STRING, "code_lists": build_array(refer_to_schema("CodeList")), "links": LINKS}
        ),
        "RegionList": build_object(
            {"title": STRING, "regions": build_array(_build_region()), "datetime": DAYS, "links": LINKS}
        ),
        "SourceList": build_object(
            {
                "title": STRING,
                "sources": build_array(assign_name("Source", build_object(build_row_properties(select_sources())))),
                "notice": STRING,
                "links": LINKS,
            }
        ),
        "Health": build_object(
            {"status": STRING, "detail": STRING, "numbers": build_map(NUMBER)}, optional=("detail", "numbers")
        ),
        "OpenApi": build_object(
            {
                "openapi": STRING,
                "info": ANY_OBJECT,
                "servers": build_array(ANY_OBJECT),
                "paths": ANY_OBJECT,
                "components": ANY_OBJECT,
            }
        ),
        **build_model_schemas(CodeList, "CodeList"),
        **build_model_schemas(Symbols, "Symbols"),
        "Problem": _build_problem(),
    }


def _build_collection() -> Schema:
    moment = allow_null({"type": "string", "format": "date-time"})
    spatial = build_object({"bbox": build_array(BOX, minItems=1), "crs": URI})
    temporal = build_object(
        {"interval": build_array(build_array(moment, minItems=2, maxItems=2), minItems=1), "trs": URI}
    )
    return build_object(
        {
            "id": STRING,
            "title": STRING,
            "description": STRING,
            "keywords": STRINGS,
            "itemType": build_enum("feature"),
            "itemCount": COUNT,
            "crs": STRINGS,
            "storageCrs": URI,
            "extent": build_object({"spatial": spatial, "temporal": temporal}),
            "links": LINKS,
        }
    )


def _build_json_schema() -> Schema:
    return build_object(
        {
            "$schema": URI,
            "$id": URI,
            "type": build_enum("object"),
            "title": STRING,
            "description": STRING,
            "properties": build_map(ANY_OBJECT),
            "required": STRINGS,
        },
        optional=("required",),
        # A schema may have other members; `additionalProperties` is not listed, since it confuses generated clients.
        additionalProperties=True,
    )


def _build_function() -> Schema:
    arguments = build_array(build_object({"type": STRINGS}))
    function = build_object({"name": STRING, "description": STRING, "returns": STRINGS, "arguments": arguments})
    return assign_name("Function", function)


def _build_region() -> Schema:
    statement = select_regions(Days.on(dt.date.min))
    row = build_row_properties(statement, codes={"kind": "region_kind"}, never_null=("aliases", "countries"))
    return assign_name("Region", build_object(row))


def _build_problem() -> Schema:
    """Build the schema of a problem (RFC 9457), with the members of a refused submission."""
    error = {"parameter": STRING, "field": STRING, "property": STRING, "value": STRING, "reason": STRING}
    return build_object(
        {
            "type": STRING,
            "title": STRING,
            "status": INTEGER,
            "detail": STRING,
            "errors": build_array(
                assign_name("Error", build_object(error, optional=("parameter", "field", "property")))
            ),
            "state": build_enum("refused"),
            "counts": refer_to_schema("Counts"),
            "problems": build_array(refer_to_schema("SubmissionProblem")),
            "rows": build_array(refer_to_schema("SubmissionRow")),
        },
        optional=("errors", "state", "counts", "problems", "rows"),
        description="The error, with the parameter, field or row and its value (RFC 9457).",
    )

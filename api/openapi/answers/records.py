"""Schemas of records: the history of a point, and the feed of changes."""

from typing import Any

from sqlalchemy import Select, bindparam

from api.collections.definitions.points import POINTS
from api.collections.properties import list_code_properties
from api.openapi.answers.documents import LINKS
from api.openapi.json_schema import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    STRING,
    STRINGS,
    URI,
    Schema,
    allow_null,
    assign_name,
    build_array,
    build_object,
    refer_to_code,
    refer_to_schema,
)
from api.openapi.row_schemas import build_row_properties
from models.queries.history import (
    select_assessment_history,
    select_capacity_history,
    select_register_history,
    select_restriction_history,
)

POINT: Any = bindparam("point")
RESTRICTION_CODE_COLUMNS = ("operational_status", "status_group", "expected_duration", "source_type", "confidence")


def build_record_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {"PointHistory": _build_history(), "JsonFeed": _build_feed(), "PublishedChange": _build_change()}


def _build_history() -> Schema:
    sets = {"measures": "measure", "affected_populations": "affected_population"}
    register = _build_row(select_register_history(POINT), list_code_properties(POINTS))
    restriction = _build_row(
        select_restriction_history(POINT),
        {name: name for name in RESTRICTION_CODE_COLUMNS} | sets,
        {"measure_rows": build_array(refer_to_schema("MeasureRow"))},
    )
    capacity = _build_row(select_capacity_history(POINT), {"indicator": "health_indicator"})
    assessment = _build_row(select_assessment_history(POINT), {})
    return build_object(
        {
            "code": STRING,
            "name": STRING,
            "register": build_array(assign_name("RegisterRecord", register)),
            "restrictions": build_array(assign_name("RestrictionRecord", restriction)),
            "health_capacities": build_array(assign_name("HealthCapacityRecord", capacity)),
            "assessments": build_array(assign_name("AssessmentRecord", assessment)),
            "links": LINKS,
        }
    )


def _build_row(statement: Select[Any], codes: dict[str, str], given: dict[str, Schema] | None = None) -> Schema:
    return build_object(
        build_row_properties(statement, codes=codes, given=given, never_null=("measure_rows", "recorded_from"))
    )


def _build_feed() -> Schema:
    item = {
        "id": STRING,
        "url": URI,
        "title": STRING,
        "content_text": STRING,
        "date_published": DATE_TIME,
        "authors": build_array(build_object({"name": STRING})),
        "tags": STRINGS,
        "_crossings": refer_to_schema("PublishedChange"),
    }
    return build_object(
        {
            **dict.fromkeys(("version", "title", "description"), STRING),
            "home_page_url": URI,
            "feed_url": URI,
            "language": STRING,
            "items": build_array(assign_name("JsonFeedItem", build_object(item))),
            "next_url": URI,
        },
        optional=("next_url",),
    )


def _build_change() -> Schema:
    """Build the schema of a change, in feeds and webhooks."""
    status, group = refer_to_code("operational_status"), refer_to_code("status_group")
    return build_object(
        {
            "id": STRING,
            "recorded_at": DATE_TIME,
            "withdrawn": BOOLEAN,
            "code": STRING,
            "name": STRING,
            "poe_type": refer_to_code("poe_type"),
            "country": STRING,
            "country_name": STRING,
            "valid_from": allow_null(DATE),
            "valid_to": allow_null(DATE),
            "operational_status": allow_null(status),
            "status_group": allow_null(group),
            "status_before": allow_null(status),
            "status_group_before": allow_null(group),
            "measures": allow_null(build_array(refer_to_code("measure"))),
            "source": STRING,
            "comment": allow_null(STRING),
        }
    )

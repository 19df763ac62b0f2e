"""Schemas of records: the history of a point, and the feed of changes."""

from typing import Any

from sqlalchemy import Select, bindparam

from api.openapi.answers.documents import LINKS
from api.openapi.json_schema import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    STRING,
    STRINGS,
    URI,
    Schema,
    array_of,
    named,
    nullable,
    object_of,
    refer,
    refer_to_code,
)
from api.openapi.row_schemas import row_properties
from models.history import assessment_history, capacity_history, register_history, restriction_history

POINT: Any = bindparam("point")
OF_A_POINT = ("poe_type", "official_status", "ihr_designated", "lifecycle", "coordinate_precision", "evidence")
OF_A_RESTRICTION = ("operational_status", "status_group", "expected_duration", "source_type", "confidence")


def record_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {"PointHistory": _history(), "JsonFeed": _feed(), "PublishedChange": _change()}


def _history() -> Schema:
    sets = {"measures": "measure", "affected_populations": "affected_population"}
    register = _row(register_history(POINT), {name: name for name in OF_A_POINT} | {"transport": "transport"})
    restriction = _row(
        restriction_history(POINT),
        {name: name for name in OF_A_RESTRICTION} | sets,
        {"measure_rows": array_of(refer("MeasureRow"))},
    )
    capacity = _row(capacity_history(POINT), {"indicator": "health_indicator"})
    assessment = _row(assessment_history(POINT), {})
    return object_of(
        {
            "code": STRING,
            "name": STRING,
            "register": array_of(named("RegisterRecord", register)),
            "restrictions": array_of(named("RestrictionRecord", restriction)),
            "health_capacities": array_of(named("HealthCapacityRecord", capacity)),
            "assessments": array_of(named("AssessmentRecord", assessment)),
            "links": LINKS,
        }
    )


def _row(statement: Select[Any], codes: dict[str, str], given: dict[str, Schema] | None = None) -> Schema:
    return object_of(row_properties(statement, codes=codes, given=given, never_null=("measure_rows", "recorded_from")))


def _feed() -> Schema:
    item = {
        "id": STRING,
        "url": URI,
        "title": STRING,
        "content_text": STRING,
        "date_published": DATE_TIME,
        "authors": array_of(object_of({"name": STRING})),
        "tags": STRINGS,
        "_crossings": refer("PublishedChange"),
    }
    return object_of(
        {
            **dict.fromkeys(("version", "title", "description"), STRING),
            "home_page_url": URI,
            "feed_url": URI,
            "language": STRING,
            "items": array_of(named("JsonFeedItem", object_of(item))),
            "next_url": URI,
        },
        optional=("next_url",),
    )


def _change() -> Schema:
    """Build the schema of a change, in feeds and webhooks."""
    status, group = refer_to_code("operational_status"), refer_to_code("status_group")
    return object_of(
        {
            "id": STRING,
            "recorded_at": DATE_TIME,
            "withdrawn": BOOLEAN,
            "code": STRING,
            "name": STRING,
            "poe_type": refer_to_code("poe_type"),
            "country": STRING,
            "country_name": STRING,
            "valid_from": nullable(DATE),
            "valid_to": nullable(DATE),
            "operational_status": nullable(status),
            "status_group": nullable(group),
            "status_before": nullable(status),
            "status_group_before": nullable(group),
            "measures": nullable(array_of(refer_to_code("measure"))),
            "source": STRING,
            "comment": nullable(STRING),
        }
    )

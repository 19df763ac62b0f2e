"""Schemas of offices, their keys, points due, webhooks, and the audit trail."""

import datetime as dt

from api.openapi.answers.documents import CLOCKS, LINKS
from api.openapi.json_schema import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    DATE,
    DATE_TIME,
    INTEGER,
    NUMBER,
    STRING,
    STRINGS,
    URI,
    Schema,
    array_of,
    extend,
    named,
    nullable,
    object_of,
    one_of,
    refer,
)
from api.openapi.row_schemas import row_properties
from models.api_keys import keys
from models.audit_trail import audit_trail
from models.freshness import points_due
from models.question import Question
from models.time_axes import Days
from models.webhooks import dead_deliveries

WEEK = object_of({"first": DATE, "last": DATE})
LANGUAGE = one_of("en", "fr", "es", "ar")


def office_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    webhook = _webhook()
    return {
        "Office": _office(),
        "OfficeList": object_of({"offices": array_of(refer("Office"))}),
        "Key": _key(),
        "KeyList": object_of({"keys": array_of(refer("Key"))}),
        "IssuedKey": extend(_key(), {"key": {**STRING, "description": "The whole key, which is shown only here."}}),
        "PointsDue": _due(),
        "Webhook": webhook,
        "NewWebhookAnswer": extend(webhook, {"signing_secret": STRING}),
        "WebhookList": object_of({"webhooks": array_of(refer("Webhook"))}),
        "DeadDeliveries": object_of({"dead": array_of(_dead()), "links": LINKS}),
        "AuditTrail": object_of({"entries": array_of(_entry()), "links": LINKS}),
    }


def _office() -> Schema:
    return object_of(
        {
            "code": STRING,
            "name": STRING,
            "language": LANGUAGE,
            "needs_review": BOOLEAN,
            "countries": STRINGS,
            "regions": STRINGS,
            "href": URI,
            "links": LINKS,
        }
    )


def _key() -> Schema:
    return object_of(row_properties(keys(), codes={"role": "role"}))


def _due() -> Schema:
    day = Days.on(dt.date.min)
    codes = {name: name for name in ("poe_type", "operational_status", "status_group")}
    row = row_properties(
        points_due(Question(day), day.first), codes=codes, null=("operational_status", "status_group", "last_assessed")
    )
    return object_of(
        {
            "office": STRING,
            **CLOCKS,
            "week": WEEK,
            "active_points": COUNT,
            "due_points": COUNT,
            "due": array_of(named("PointDue", object_of(row))),
            "links": LINKS,
        }
    )


def _webhook() -> Schema:
    return object_of(
        {
            "id": INTEGER,
            "href": URI,
            "url": URI,
            "countries": STRINGS,
            "regions": STRINGS,
            "created_at": DATE_TIME,
            "last_delivered_at": nullable(DATE_TIME),
            "failing_since": nullable(DATE_TIME),
            "last_attempt_s": nullable(NUMBER),
            "waiting": COUNT,
            "dead": COUNT,
            "links": LINKS,
        }
    )


def _dead() -> Schema:
    row = row_properties(dead_deliveries(1), never_null=("dead_at",))
    return named("DeadDelivery", object_of({**row, "retry": URI}))


def _entry() -> Schema:
    """Build the schema of an audit entry. Office and key are null for actions of the command line."""
    row = row_properties(audit_trail(), given={"detail": ANY_OBJECT}, null=("office", "key"))
    return named("AuditEntry", object_of(row))

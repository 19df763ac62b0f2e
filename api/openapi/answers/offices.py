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
    allow_null,
    assign_name,
    build_array,
    build_enum,
    build_object,
    extend_object,
    refer_to_schema,
)
from api.openapi.row_schemas import build_row_properties
from models.accounts.api_keys import select_keys
from models.accounts.audit_trail import select_audit_trail
from models.accounts.webhooks import select_dead_deliveries
from models.analysis.freshness import select_due_points
from models.queries.filters import PointFilter
from models.tables.bitemporal import Days

WEEK = build_object({"first": DATE, "last": DATE})
LANGUAGE = build_enum("en", "fr", "es", "ar")


def build_office_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    webhook = _build_webhook()
    return {
        "Office": _build_office(),
        "OfficeList": build_object({"offices": build_array(refer_to_schema("Office"))}),
        "Key": _build_key(),
        "KeyList": build_object({"keys": build_array(refer_to_schema("Key"))}),
        "IssuedKey": extend_object(
            _build_key(), {"key": {**STRING, "description": "The complete key; shown only once."}}
        ),
        "PointsDue": _build_due(),
        "Webhook": webhook,
        "NewWebhookAnswer": extend_object(webhook, {"signing_secret": STRING}),
        "WebhookList": build_object({"webhooks": build_array(refer_to_schema("Webhook"))}),
        "DeadDeliveries": build_object({"dead": build_array(_build_dead_delivery()), "links": LINKS}),
        "AuditTrail": build_object({"entries": build_array(_build_audit_entry()), "links": LINKS}),
    }


def _build_office() -> Schema:
    return build_object(
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


def _build_key() -> Schema:
    return build_object(build_row_properties(select_keys(), codes={"role": "role"}))


def _build_due() -> Schema:
    day = Days.on(dt.date.min)
    codes = {name: name for name in ("poe_type", "operational_status", "status_group")}
    row = build_row_properties(
        select_due_points(PointFilter(day), day.first),
        codes=codes,
        null=("operational_status", "status_group", "last_assessed"),
    )
    return build_object(
        {
            "office": STRING,
            **CLOCKS,
            "week": WEEK,
            "active_points": COUNT,
            "due_points": COUNT,
            "due": build_array(assign_name("PointDue", build_object(row))),
            "links": LINKS,
        }
    )


def _build_webhook() -> Schema:
    return build_object(
        {
            "id": INTEGER,
            "href": URI,
            "url": URI,
            "countries": STRINGS,
            "regions": STRINGS,
            "created_at": DATE_TIME,
            "last_delivered_at": allow_null(DATE_TIME),
            "failing_since": allow_null(DATE_TIME),
            "last_attempt_s": allow_null(NUMBER),
            "waiting": COUNT,
            "dead": COUNT,
            "links": LINKS,
        }
    )


def _build_dead_delivery() -> Schema:
    row = build_row_properties(select_dead_deliveries(1), never_null=("dead_at",))
    return assign_name("DeadDelivery", build_object({**row, "retry": URI}))


def _build_audit_entry() -> Schema:
    """Build the schema of an audit entry. Office and key are null for actions of the command line."""
    row = build_row_properties(select_audit_trail(), given={"detail": ANY_OBJECT}, null=("office", "key"))
    return assign_name("AuditEntry", build_object(row))

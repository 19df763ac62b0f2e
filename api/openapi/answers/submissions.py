"""Schemas of submissions, with the outcome of each row, and of an office's week and proposals."""

from api.openapi.answers.offices import LANGUAGE, WEEK
from api.openapi.json_schema import (
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
    map_of,
    named,
    nullable,
    object_of,
    one_of,
    refer,
    refer_to_code,
)
from api.openapi.row_schemas import row_properties
from api.submissions.answer import OUTCOMES
from models.proposals import proposed_points

MEASURES = array_of(refer("MeasureRow"))
POPULATIONS = array_of(refer_to_code("affected_population"))


def submission_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {
        "Counts": object_of(dict.fromkeys(("rows", *OUTCOMES), COUNT)),
        "SubmissionProblem": _problem(),
        "SubmissionRow": _row(),
        "SubmissionAnswer": _answer(),
        "EditAnswer": _edit_answer(),
        "SubmissionSummary": _summary(),
        "SubmissionList": object_of(
            {"submissions": array_of(refer("SubmissionSummary")), "links": array_of(refer("Link"))}
        ),
        "Submission": _whole(),
        "ProposedPointList": object_of({"points": array_of(_proposal())}),
        "ProposalDecision": object_of(
            {"point": STRING, "decision": one_of("accepted", "declined"), "href": URI}, optional=("href",)
        ),
        "OfficeWeek": _week(),
    }


def _problem() -> Schema:
    """Build the schema of a submission's problem: `code` is for programs, `message` for people.

    `message` is in the language of the request. `message_key` and `message_values` let programs show texts of their
    own; submissions of earlier versions do not have them. A problem without `row` is about the whole file.
    """
    properties = {
        "row": INTEGER,
        "column": STRING,
        "value": STRING,
        "cell": STRING,
        "severity": one_of("error", "warning"),
        "code": STRING,
        "message": STRING,
        "message_key": STRING,
        "message_values": map_of({"anyOf": [STRING, INTEGER, STRINGS]}),
        "candidates": STRINGS,
    }
    optional = ("row", "column", "value", "cell", "message_key", "message_values", "candidates")
    return object_of(properties, optional=optional)


def _row() -> Schema:
    properties = {
        "row": INTEGER,
        "point": nullable(STRING),
        "name": STRING,
        "outcome": one_of(*OUTCOMES),
        "record": INTEGER,
        "lifecycle": refer_to_code("lifecycle"),
        "href": URI,
        "before": nullable(_said_of_days()),
        "after": nullable(_said_of_days()),
        "given": map_of(STRING),
        "problems": array_of(refer("SubmissionProblem")),
    }
    return object_of(properties, optional=tuple(properties.keys() - {"row", "point", "outcome"}))


def _said_of_days() -> Schema:
    return object_of(
        {
            "operational_status": refer_to_code("operational_status"),
            "measures": array_of(refer_to_code("measure")),
            "affected_populations": POPULATIONS,
            "comment": nullable(STRING),
            "valid_from": nullable(DATE),
            "valid_until": nullable(DATE),
        }
    )


def _answer() -> Schema:
    """Build the schema of the answer. A dry run has no `id`, and only a published submission has `recorded_at`."""
    properties = {
        "state": one_of("published", "waiting", "returned", "dry_run"),
        "counts": refer("Counts"),
        "problems": array_of(refer("SubmissionProblem")),
        "rows": array_of(refer("SubmissionRow")),
        "id": INTEGER,
        "recorded_at": DATE_TIME,
    }
    return object_of(properties, optional=("id", "recorded_at"))


def _edit_answer() -> Schema:
    """Build the schema of an edit's answer. If the edit changed nothing, `counts` has only `rows`."""
    counts = object_of(dict.fromkeys(("rows", *OUTCOMES), COUNT), optional=OUTCOMES)
    answer = _answer()
    return {**answer, "properties": {**answer["properties"], "counts": counts}}


def _summary() -> Schema:
    return object_of(
        {
            "id": INTEGER,
            "href": URI,
            "office": STRING,
            "key": nullable(STRING),
            "received_at": DATE_TIME,
            "file_name": nullable(STRING),
            "media_type": STRING,
            "state": refer_to_code("submission_state"),
            "decided_at": DATE_TIME,
            "recorded_at": nullable(DATE_TIME),
            "remark": nullable(STRING),
            "counts": refer("Counts"),
        }
    )


def _whole() -> Schema:
    rows, problems = array_of(refer("SubmissionRow")), array_of(refer("SubmissionProblem"))
    return extend(_summary(), {"rows": rows, "problems": problems})


def _proposal() -> Schema:
    codes = {"poe_type": "poe_type", "official_status": "official_status"}
    row = row_properties(proposed_points([]), codes=codes, never_null=("longitude", "latitude", "proposed_at"))
    links = array_of(object_of({"rel": STRING, "href": URI}))
    return named("ProposedPoint", object_of({**row, "links": links}))


def _week() -> Schema:
    office = {"code": STRING, "name": STRING, "language": LANGUAGE, "role": refer_to_code("role")}
    current = {
        "valid_from": DATE,
        "valid_until": nullable(DATE),
        "operational_status": refer_to_code("operational_status"),
        "expected_duration": nullable(refer_to_code("expected_duration")),
        "announced_end": nullable(DATE),
        "confidence": nullable(refer_to_code("confidence")),
        "affected_populations": POPULATIONS,
        "measures": MEASURES,
    }
    point = {
        "point": STRING,
        "country": STRING,
        "other_country": nullable(STRING),
        "name": STRING,
        "poe_type": refer_to_code("poe_type"),
        "longitude": NUMBER,
        "latitude": NUMBER,
        "last_assessed": nullable(DATE),
        "opening_hours": nullable(STRING),
        "evidence": nullable(refer_to_code("evidence")),
        "counterpart": nullable(STRING),
        "is_due": BOOLEAN,
        "believed": nullable(object_of(current)),
    }
    return object_of(
        {
            "office": object_of({**office, "needs_review": BOOLEAN, "countries": STRINGS}),
            "today": DATE,
            "week": WEEK,
            "points": array_of(named("OfficeWeekPoint", object_of(point))),
        }
    )

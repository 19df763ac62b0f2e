"""Schemas of submissions, with the outcome of each row, and of an office's week and proposals."""

from api.collections.definitions.points import POINTS
from api.collections.properties import list_code_properties
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
    allow_null,
    assign_name,
    build_array,
    build_enum,
    build_map,
    build_object,
    extend_object,
    refer_to_code,
    refer_to_schema,
)
from api.openapi.row_schemas import build_row_properties
from api.submissions.result import OUTCOMES
from models.recording.proposals import select_proposals

MEASURES = build_array(refer_to_schema("MeasureRow"))
POPULATIONS = build_array(refer_to_code("affected_population"))


def build_submission_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {
        "Counts": build_object(dict.fromkeys(("rows", *OUTCOMES), COUNT)),
        "SubmissionProblem": _build_problem(),
        "SubmissionRow": _build_row(),
        "SubmissionAnswer": _build_answer(),
        "EditAnswer": _build_edit_answer(),
        "SubmissionSummary": _build_summary(),
        "SubmissionList": build_object(
            {
                "submissions": build_array(refer_to_schema("SubmissionSummary")),
                "links": build_array(refer_to_schema("Link")),
            }
        ),
        "Submission": _build_submission(),
        "ProposedPointList": build_object({"points": build_array(_build_proposal())}),
        "ProposalDecision": build_object(
            {"point": STRING, "decision": build_enum("accepted", "declined"), "href": URI}, optional=("href",)
        ),
        "OfficeWeek": _build_week(),
    }


def _build_problem() -> Schema:
    """Build the schema of a submission's problem: `code` is for programs, `message` for people.

    `message` is in the language of the request. `message_key` and `message_values` let programs show texts of their
    own; submissions of earlier versions do not have them. A problem without `row` is about the whole file.
    """
    properties = {
        "row": INTEGER,
        "column": STRING,
        "value": STRING,
        "cell": STRING,
        "severity": build_enum("error", "warning"),
        "code": STRING,
        "message": STRING,
        "message_key": STRING,
        "message_values": build_map({"anyOf": [STRING, INTEGER, STRINGS]}),
        "candidates": STRINGS,
    }
    optional = ("row", "column", "value", "cell", "message_key", "message_values", "candidates")
    return build_object(properties, optional=optional)


def _build_row() -> Schema:
    properties = {
        "row": INTEGER,
        "point": allow_null(STRING),
        "name": STRING,
        "outcome": build_enum(*OUTCOMES),
        "record": INTEGER,
        "lifecycle": refer_to_code("lifecycle"),
        "href": URI,
        "before": allow_null(_build_period_state()),
        "after": allow_null(_build_period_state()),
        "given": build_map(STRING),
        "problems": build_array(refer_to_schema("SubmissionProblem")),
    }
    return build_object(properties, optional=tuple(properties.keys() - {"row", "point", "outcome"}))


def _build_period_state() -> Schema:
    return build_object(
        {
            "operational_status": refer_to_code("operational_status"),
            "measures": build_array(refer_to_code("measure")),
            "affected_populations": POPULATIONS,
            "comment": allow_null(STRING),
            "valid_from": allow_null(DATE),
            "valid_until": allow_null(DATE),
        }
    )


def _build_answer() -> Schema:
    """Build the schema of the answer. A dry run has no `id`, and only a published submission has `recorded_at`."""
    properties = {
        "state": build_enum("published", "waiting", "returned", "dry_run"),
        "counts": refer_to_schema("Counts"),
        "problems": build_array(refer_to_schema("SubmissionProblem")),
        "rows": build_array(refer_to_schema("SubmissionRow")),
        "id": INTEGER,
        "recorded_at": DATE_TIME,
    }
    return build_object(properties, optional=("id", "recorded_at"))


def _build_edit_answer() -> Schema:
    """Build the schema of an edit's answer. If the edit changed nothing, `counts` has only `rows`."""
    counts = build_object(dict.fromkeys(("rows", *OUTCOMES), COUNT), optional=OUTCOMES)
    answer = _build_answer()
    return {**answer, "properties": {**answer["properties"], "counts": counts}}


def _build_summary() -> Schema:
    return build_object(
        {
            "id": INTEGER,
            "href": URI,
            "office": STRING,
            "key": allow_null(STRING),
            "received_at": DATE_TIME,
            "file_name": allow_null(STRING),
            "media_type": STRING,
            "state": refer_to_code("submission_state"),
            "decided_at": DATE_TIME,
            "recorded_at": allow_null(DATE_TIME),
            "remark": allow_null(STRING),
            "counts": refer_to_schema("Counts"),
        }
    )


def _build_submission() -> Schema:
    rows, problems = build_array(refer_to_schema("SubmissionRow")), build_array(refer_to_schema("SubmissionProblem"))
    return extend_object(_build_summary(), {"rows": rows, "problems": problems})


def _build_proposal() -> Schema:
    codes = list_code_properties(POINTS)
    row = build_row_properties(select_proposals([]), codes=codes, never_null=("longitude", "latitude", "proposed_at"))
    links = build_array(build_object({"rel": STRING, "href": URI}))
    return assign_name("ProposedPoint", build_object({**row, "links": links}))


def _build_week() -> Schema:
    office = {"code": STRING, "name": STRING, "language": LANGUAGE, "role": refer_to_code("role")}
    current = {
        "valid_from": DATE,
        "valid_until": allow_null(DATE),
        "operational_status": refer_to_code("operational_status"),
        "expected_duration": allow_null(refer_to_code("expected_duration")),
        "announced_end": allow_null(DATE),
        "confidence": allow_null(refer_to_code("confidence")),
        "affected_populations": POPULATIONS,
        "measures": MEASURES,
    }
    point = {
        "point": STRING,
        "country": STRING,
        "other_country": allow_null(STRING),
        "name": STRING,
        "poe_type": refer_to_code("poe_type"),
        "longitude": NUMBER,
        "latitude": NUMBER,
        "last_assessed": allow_null(DATE),
        "opening_hours": allow_null(STRING),
        "evidence": allow_null(refer_to_code("evidence")),
        "counterpart": allow_null(STRING),
        "is_due": BOOLEAN,
        "believed": allow_null(build_object(current)),
    }
    return build_object(
        {
            "office": build_object({**office, "needs_review": BOOLEAN, "countries": STRINGS}),
            "today": DATE,
            "week": WEEK,
            "points": build_array(assign_name("OfficeWeekPoint", build_object(point))),
        }
    )

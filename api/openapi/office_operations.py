"""Operations of offices, reviewers and admins, for /api."""

from collections.abc import Mapping
from typing import Any

from api.audit import AuditParameters
from api.forms.routes import OfficeParameters
from api.freshness import DueParameters
from api.offices import JsonOnly
from api.openapi.operation import CSV, JSON, MERGE_PATCH, Method, Operation, Role
from api.parameters import Parameters
from api.point_change import PatchParameters
from api.representation import GEOJSON
from api.submissions.posted import PostParameters
from api.submissions.reading import ODS, XLSX
from api.submissions.routes import ListParameters
from api.webhooks import DeadParameters

UPDATE = {
    JSON: "UpdateRows",
    GEOJSON: "UpdateFeatures",
    CSV: "Text",
    **dict.fromkeys((XLSX, ODS, "application/vnd.ms-excel"), "File"),
    "multipart/form-data": "FileForm",
}
# Headers that prevent a repeated write, and a write over somebody's later change.
ONCE = ("Idempotency-Key", "If-Match")
# Published, waiting for review, or a dry run.
OF_AN_UPDATE = (201, 202, 200)


def patches(schema: str) -> Mapping[str, str]:
    """List the media types of a PATCH body, with its schema."""
    return {MERGE_PATCH: schema, JSON: schema}


def _update(id_: str, method: Method, path: str, answer: str | None, summary: str, **more: Any) -> Operation:  # noqa: ANN401
    return Operation(
        id_, method, path, "Weekly updates", summary, answer=answer, **{"parameters": JsonOnly, "role": "any", **more}
    )


def _office(
    id_: str,
    method: Method,
    path: str,
    answer: str | None,
    summary: str,
    role: Role = "admin",
    **more: Any,  # noqa: ANN401
) -> Operation:
    return Operation(
        id_, method, path, "Offices", summary, answer=answer, **{"parameters": JsonOnly, "role": role, **more}
    )


WORKING = (
    _update(
        *("postSubmission", "post", "/submissions", "SubmissionAnswer", "Post a weekly update"),
        parameters=PostParameters,
        takes=UPDATE,
        statuses=OF_AN_UPDATE,
        headers=ONCE,
    ),
    _update(
        *("getSubmissions", "get", "/submissions", "SubmissionList", "Submissions of the office, and those it reviews"),
        parameters=ListParameters,
    ),
    _update("getSubmission", "get", "/submissions/{number}", "Submission", "What became of each row"),
    _update("getSubmissionBody", "get", "/submissions/{number}/body", None, "The file as it came", gives=("*/*",)),
    _update(
        *("publishSubmission", "post", "/submissions/{number}/publish", "SubmissionAnswer", "Publish what waits"),
        takes={JSON: "Remark"},
        role="reviewer",
        fails=(409, 422),
    ),
    _update(
        *("returnSubmission", "post", "/submissions/{number}/return", "SubmissionAnswer"),
        "Send it back with a remark",
        takes={JSON: "Remark"},
        role="reviewer",
        fails=(409,),
    ),
    _update(
        *("changePoint", "patch", "/points-of-entry/{code}", "SubmissionAnswer", "Change a point"),
        parameters=PatchParameters,
        takes=patches("PointChange"),
        statuses=(200, 202),
        headers=ONCE,
    ),
    _update(
        *("getProposedPoints", "get", "/points-of-entry/proposed", "ProposedPointList"),
        "Points that wait to be accepted",
        parameters=Parameters,
    ),
    _update(
        *("acceptPoint", "post", "/points-of-entry/{code}/accept", "ProposalDecision", "Accept a point"),
        takes={JSON: "Remark"},
        role="reviewer",
        fails=(409,),
    ),
    _update(
        *("declinePoint", "post", "/points-of-entry/{code}/decline", "ProposalDecision", "Decline a point"),
        takes={JSON: "Remark"},
        role="reviewer",
        fails=(409,),
    ),
    _update(
        *("getOfficeWeek", "get", "/office/week", "OfficeWeek", "The week's points, with what is believed of each"),
        parameters=OfficeParameters,
        fails=(403,),
    ),
    _update(
        *("getOfficeTemplate", "get", "/office/template.xlsx", None, "The week's spreadsheet, filled in"),
        parameters=OfficeParameters,
        gives=(XLSX,),
        fails=(403,),
    ),
    _update(
        *("getOfficeForm", "get", "/office/form.xlsx", None, "The form for KoboToolbox and ODK"),
        parameters=OfficeParameters,
        gives=(XLSX,),
        fails=(403,),
    ),
    *(
        _update(
            *(id_, "post", path, "SubmissionAnswer", summary),
            parameters=None,
            takes={JSON: "FormAnswer"},
            statuses=OF_AN_UPDATE,
            fails=(422,),
        )
        for id_, path, summary in (
            ("postFormAnswer", "/hooks/kobo", "A form that was filled in"),
            ("postFormAnswerByAddress", "/hooks/kobo/{token}", "The same, by address"),
        )
    ),
    _office("getOffices", "get", "/offices", "OfficeList", "Offices"),
    _office(
        *("addOffice", "post", "/offices", "Office", "Add an office"),
        takes={JSON: "NewOffice"},
        statuses=(201,),
        fails=(409,),
    ),
    _office("getOffice", "get", "/offices/{code}", "Office", "One office", "any", fails=(403,)),
    _office("changeOffice", "patch", "/offices/{code}", "Office", "Change an office", takes={JSON: "OfficeChange"}),
    _office(
        *("getPointsDue", "get", "/offices/{code}/due", "PointsDue", "Its points not assessed this week", "any"),
        parameters=DueParameters,
        fails=(403,),
    ),
    _office(
        *("getKeys", "get", "/offices/{code}/keys", "KeyList", "Its keys, by what is public of them", "any"),
        fails=(403,),
    ),
    _office(
        *("issueKey", "post", "/offices/{code}/keys", "IssuedKey", "Issue a key, which is shown once"),
        takes={JSON: "NewKey"},
        statuses=(201,),
    ),
    _office("revokeKey", "delete", "/offices/{code}/keys/{prefix}", None, "Revoke a key", statuses=(204,)),
    _office("getWebhooks", "get", "/webhooks", "WebhookList", "Webhooks of the office", "any"),
    _office(
        *("addWebhook", "post", "/webhooks", "NewWebhookAnswer", "Be told of what is published", "any"),
        takes={JSON: "NewWebhook"},
        statuses=(201,),
        fails=(409,),
    ),
    _office("removeWebhook", "delete", "/webhooks/{number}", None, "Be told no longer", "any", statuses=(204,)),
    _office(
        *("getDeadDeliveries", "get", "/webhooks/{number}/dead", "DeadDeliveries"),
        *("Messages that were given up", "any"),
        parameters=DeadParameters,
    ),
    _office(
        *("retryDelivery", "post", "/webhooks/{number}/dead/{delivery}/retry", None, "Send one once more", "any"),
        statuses=(202,),
    ),
    _office("getAuditTrail", "get", "/audit", "AuditTrail", "Who did what, and when", parameters=AuditParameters),
)

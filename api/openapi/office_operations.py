"""Operations of offices, reviewers and admins, for /api."""

from collections.abc import Mapping
from typing import Any

from api.analysis.freshness import DueParameters
from api.offices.audit import AuditParameters
from api.offices.routes import JsonOnlyParameters
from api.openapi.operation import CSV, JSON, MERGE_PATCH, Method, Operation, Role
from api.parameters.shared import Parameters
from api.register.patch import PatchParameters
from api.responses.representation import GEOJSON
from api.submissions.forms.routes import OfficeParameters
from api.submissions.posted import PostParameters
from api.submissions.readers.registry import ODS, XLSX
from api.submissions.routes import ListParameters
from api.subscriptions.webhooks.routes import DeadParameters

UPDATE_BODIES = {
    JSON: "UpdateRows",
    GEOJSON: "UpdateFeatures",
    CSV: "Text",
    **dict.fromkeys((XLSX, ODS, "application/vnd.ms-excel"), "File"),
    "multipart/form-data": "FileForm",
}
# Headers that prevent a repeated write, and a write over somebody's later change.
ONCE_HEADERS = ("Idempotency-Key", "If-Match")
# Published, waiting for review, or a dry run.
UPDATE_STATUSES = (201, 202, 200)


def list_patch_types(schema: str) -> Mapping[str, str]:
    """List the media types of a PATCH body, with its schema."""
    return {MERGE_PATCH: schema, JSON: schema}


def _build_update_operation(
    id_: str,
    method: Method,
    path: str,
    answer: str | None,
    summary: str,
    **more: Any,  # noqa: ANN401 - further fields of Operation
) -> Operation:
    return Operation(
        id_,
        method,
        path,
        "Weekly updates",
        summary,
        answer=answer,
        **{"parameters": JsonOnlyParameters, "role": "any", **more},
    )


def _build_office_operation(
    id_: str,
    method: Method,
    path: str,
    answer: str | None,
    summary: str,
    role: Role = "admin",
    **more: Any,  # noqa: ANN401
) -> Operation:
    return Operation(
        id_, method, path, "Offices", summary, answer=answer, **{"parameters": JsonOnlyParameters, "role": role, **more}
    )


OFFICE_OPERATIONS = (
    _build_update_operation(
        *("postSubmission", "post", "/submissions", "SubmissionAnswer", "Post a weekly update"),
        parameters=PostParameters,
        takes=UPDATE_BODIES,
        statuses=UPDATE_STATUSES,
        headers=ONCE_HEADERS,
    ),
    _build_update_operation(
        *("getSubmissions", "get", "/submissions", "SubmissionList", "Submissions of the office, and those it reviews"),
        parameters=ListParameters,
    ),
    _build_update_operation("getSubmission", "get", "/submissions/{number}", "Submission", "Outcome of each row"),
    _build_update_operation(
        "getSubmissionBody", "get", "/submissions/{number}/body", None, "The submitted file", gives=("*/*",)
    ),
    _build_update_operation(
        *(
            "publishSubmission",
            "post",
            "/submissions/{number}/publish",
            "SubmissionAnswer",
            "Publish a waiting submission",
        ),
        takes={JSON: "Remark"},
        role="reviewer",
        fails=(409, 422),
    ),
    _build_update_operation(
        *("returnSubmission", "post", "/submissions/{number}/return", "SubmissionAnswer"),
        "Return a submission with a remark",
        takes={JSON: "Remark"},
        role="reviewer",
        fails=(409,),
    ),
    _build_update_operation(
        *("changePoint", "patch", "/points-of-entry/{code}", "SubmissionAnswer", "Change a point"),
        parameters=PatchParameters,
        takes=list_patch_types("PointChange"),
        statuses=(200, 202),
        headers=ONCE_HEADERS,
    ),
    _build_update_operation(
        *("getProposedPoints", "get", "/points-of-entry/proposed", "ProposedPointList"),
        "Proposed points",
        parameters=Parameters,
    ),
    _build_update_operation(
        *("acceptPoint", "post", "/points-of-entry/{code}/accept", "ProposalDecision", "Accept a point"),
        takes={JSON: "Remark"},
        role="reviewer",
        fails=(409,),
    ),
    _build_update_operation(
        *("declinePoint", "post", "/points-of-entry/{code}/decline", "ProposalDecision", "Decline a point"),
        takes={JSON: "Remark"},
        role="reviewer",
        fails=(409,),
    ),
    _build_update_operation(
        *("getOfficeWeek", "get", "/office/week", "OfficeWeek", "The week's points, with their current status"),
        parameters=OfficeParameters,
        fails=(403,),
    ),
    _build_update_operation(
        *("getOfficeTemplate", "get", "/office/template.xlsx", None, "The week's prefilled spreadsheet"),
        parameters=OfficeParameters,
        gives=(XLSX,),
        fails=(403,),
    ),
    _build_update_operation(
        *("getOfficeForm", "get", "/office/form.xlsx", None, "The form for KoboToolbox and ODK"),
        parameters=OfficeParameters,
        gives=(XLSX,),
        fails=(403,),
    ),
    *(
        _build_update_operation(
            *(id_, "post", path, "SubmissionAnswer", summary),
            parameters=None,
            takes={JSON: "FormAnswer"},
            statuses=UPDATE_STATUSES,
            fails=(422,),
        )
        for id_, path, summary in (
            ("postFormAnswer", "/hooks/kobo", "A completed form"),
            ("postFormAnswerByAddress", "/hooks/kobo/{token}", "A completed form, with the key in the address"),
        )
    ),
    _build_office_operation("getOffices", "get", "/offices", "OfficeList", "Offices"),
    _build_office_operation(
        *("addOffice", "post", "/offices", "Office", "Add an office"),
        takes={JSON: "NewOffice"},
        statuses=(201,),
        fails=(409,),
    ),
    _build_office_operation("getOffice", "get", "/offices/{code}", "Office", "One office", "any", fails=(403,)),
    _build_office_operation(
        "changeOffice", "patch", "/offices/{code}", "Office", "Change an office", takes={JSON: "OfficeChange"}
    ),
    _build_office_operation(
        *(
            "getPointsDue",
            "get",
            "/offices/{code}/due",
            "PointsDue",
            "Points of the office not assessed this week",
            "any",
        ),
        parameters=DueParameters,
        fails=(403,),
    ),
    _build_office_operation(
        *("getKeys", "get", "/offices/{code}/keys", "KeyList", "Keys of the office, without their secrets", "any"),
        fails=(403,),
    ),
    _build_office_operation(
        *("issueKey", "post", "/offices/{code}/keys", "IssuedKey", "Issue a key, which is shown once"),
        takes={JSON: "NewKey"},
        statuses=(201,),
    ),
    _build_office_operation(
        "revokeKey", "delete", "/offices/{code}/keys/{prefix}", None, "Revoke a key", statuses=(204,)
    ),
    _build_office_operation("getWebhooks", "get", "/webhooks", "WebhookList", "Webhooks of the office", "any"),
    _build_office_operation(
        *("addWebhook", "post", "/webhooks", "NewWebhookAnswer", "Create a webhook for published changes", "any"),
        takes={JSON: "NewWebhook"},
        statuses=(201,),
        fails=(409,),
    ),
    _build_office_operation(
        "removeWebhook", "delete", "/webhooks/{number}", None, "Remove a webhook", "any", statuses=(204,)
    ),
    _build_office_operation(
        *("getDeadDeliveries", "get", "/webhooks/{number}/dead", "DeadDeliveries"),
        *("Failed deliveries", "any"),
        parameters=DeadParameters,
    ),
    _build_office_operation(
        *("retryDelivery", "post", "/webhooks/{number}/dead/{delivery}/retry", None, "Retry a failed delivery", "any"),
        statuses=(202,),
    ),
    _build_office_operation("getAuditTrail", "get", "/audit", "AuditTrail", "Audit trail", parameters=AuditParameters),
)

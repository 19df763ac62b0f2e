"""Responses to submissions and edits: statuses, headers, and the addresses of the new records."""

from functools import partial
from typing import Any

from fastapi import Request

from api.parameters.operation import JSON, Operation
from api.responses.language import negotiate_language
from api.responses.representation import resolve_root_url
from api.submissions.result import translate_answer
from api.submissions.row_kinds import ROW_KINDS

Json = dict[str, Any]
STATUS_CODES = {"published": 201, "waiting": 202, "returned": 200, "dry_run": 200}
UPDATE_STATUSES = tuple(dict.fromkeys(STATUS_CODES.values()))
UpdateOperation = partial(Operation, tag="Weekly updates", gives=(JSON,), role="any")
PRIVATE_HEADERS = {"Cache-Control": "no-store", "Vary": "Authorization, X-API-Key, Accept-Language"}


def add_record_links(request: Request, answer: Json) -> Json:
    """Translate the answer to the language of the request, and add the address of each new record.

    For a change of a point's entry, the address is the point's history.
    """
    root = resolve_root_url(request)
    answer = translate_answer(answer, negotiate_language(request))
    return answer | {"rows": [_add_record_link(root, row) for row in answer["rows"]]}


def _add_record_link(root: str, row: Json) -> Json:
    path = next((path for kind in ROW_KINDS if (path := kind.build_record_path(row)) is not None), None)
    return row if path is None else row | {"href": root + path}

"""The audit trail over HTTP, for admins."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import PRIVATE, AdminCaller
from api.auth.session import ReadConnection
from api.offices.routes import OfficeOperation
from api.parameters.bounds import MaxCharacters
from api.parameters.errors import BadParameters
from api.parameters.shared import Parameters, build_query_parser
from api.parameters.types import DEFAULT_LIMIT, Limit, RowNumber
from api.responses.representation import build_page_links
from api.values.datetimes import format_moment
from models.accounts.audit_trail import select_audit_trail
from models.accounts.offices import select_office_id

router = APIRouter()
Filter = Annotated[str, MaxCharacters(200)]


class AuditParameters(Parameters):
    """Query parameters of the audit trail."""

    f: Literal["json"] | None = Field(None, description="Format of the response.")
    limit: Limit = Field(DEFAULT_LIMIT, description="Maximum entries on a page; at most 10,000.")
    after: RowNumber | None = Field(None, description="Page cursor, from a `next` link.")
    action: Filter | None = Field(None, description="Action, such as `key.revoke`.")
    subject: Filter | None = Field(None, description="Subject of the action, such as `office serbia`.")
    office: Filter | None = Field(None, description="Code of the office that owns the key.")


@router.api_route("/audit", methods=["GET", "HEAD"])
@OfficeOperation("getAuditTrail", "Audit trail", answer="AuditTrail")
async def read_audit(
    request: Request,
    _: AdminCaller,
    parameters: Annotated[AuditParameters, Depends(build_query_parser(AuditParameters))],
    connection: ReadConnection,
) -> Response:
    """Return the audit entries, newest first. Office and key are null for the command line."""
    await _refuse_unknown_office(connection, parameters.office)
    statement = select_audit_trail(**parameters.model_dump(include={"action", "subject", "office", "after"}))
    rows = (await connection.execute(statement.limit(parameters.limit + 1))).mappings().all()
    page = [_format_entry(dict(row)) for row in rows[: parameters.limit]]
    links = build_page_links(request, page[-1]["id"] if len(rows) > len(page) else None)
    return JSONResponse({"entries": page, "links": links}, headers=PRIVATE)


def _format_entry(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"at": format_moment(row["at"])}


async def _refuse_unknown_office(connection: AsyncConnection, office: str | None) -> None:
    if office is not None and await connection.scalar(select_office_id(office)) is None:
        reason = f"{office!r} is not the code of an office"
        raise BadParameters([{"parameter": "office", "value": office, "reason": reason}])

"""Offices and their keys over HTTP: admins manage them, and an office reads its own."""

import datetime as dt
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import PRIVATE, AdminCaller, AuthenticatedCaller, Caller, Forbidden
from api.auth.session import ReadConnection, WriteConnection
from api.exceptions import NotFound
from api.offices.schemas import CODE_PATTERN, NewOffice, OfficeChange
from api.parameters.operation import JSON, Operation
from api.parameters.shared import Parameters, build_query_parser
from api.responses.representation import build_url
from models.accounts.offices import OfficeEntry, add_office, change_office, fetch_office, select_offices

router = APIRouter(prefix="/offices")
Json = dict[str, Any]


class JsonOnlyParameters(Parameters):
    """Query parameters of addresses that answer only in JSON."""

    f: Literal["json"] | None = Field(None, description="Format of the response.")


OfficeOperation = partial(Operation, tag="Offices", gives=(JSON,), role="admin")
JsonOnlyQuery = Annotated[JsonOnlyParameters, Depends(build_query_parser(JsonOnlyParameters))]


@router.api_route("", methods=["GET", "HEAD"])
@OfficeOperation("getOffices", "Offices", answer="OfficeList")
async def read_offices(
    request: Request, _caller: AdminCaller, _: JsonOnlyQuery, connection: ReadConnection
) -> Response:
    rows = (await connection.execute(select_offices())).mappings()
    return build_private_response({"offices": [_build_office(request, dict(row)) for row in rows]})


@router.post("")
@OfficeOperation("addOffice", "Add an office", answer="Office", takes={JSON: NewOffice}, statuses=(201,), fails=(409,))
async def post_office(
    request: Request, caller: AdminCaller, _: JsonOnlyQuery, connection: WriteConnection, new: NewOffice
) -> Response:
    await add_office(connection, new.build_entry(), by=caller.key_id, at=dt.datetime.now(dt.UTC))
    created = _build_office(request, new.model_dump())
    return build_private_response(created, 201, Location=created["href"])


@router.api_route("/{code}", methods=["GET", "HEAD"])
@OfficeOperation("getOffice", "One office", answer="Office", role="any", fails=(403,))
async def read_office(
    request: Request, caller: AuthenticatedCaller, _: JsonOnlyQuery, connection: ReadConnection, code: str
) -> Response:
    refuse_other_offices(caller, code)
    return build_private_response(_build_office(request, jsonable_encoder(await require_office(connection, code))))


@router.patch("/{code}")
@OfficeOperation("changeOffice", "Change an office", answer="Office", takes={JSON: OfficeChange})
async def patch_office(
    request: Request,
    caller: AdminCaller,
    _: JsonOnlyQuery,
    connection: WriteConnection,
    code: str,
    change: OfficeChange,
) -> Response:
    await require_office(connection, code)
    values = change.model_dump(exclude_unset=True)
    changed = await change_office(connection, code, values, by=caller.key_id, at=dt.datetime.now(dt.UTC))
    return build_private_response(_build_office(request, jsonable_encoder(changed)))


def refuse_other_offices(caller: Caller, code: str) -> None:
    """Refuse before checking that the office exists: other offices must not learn that either."""
    if caller.role != "admin" and caller.office_code != code:
        raise Forbidden(f"a key of office {caller.office_code} may not read office {code!r}")


async def require_office(connection: AsyncConnection, code: str) -> OfficeEntry:
    entry = await fetch_office(connection, code) if CODE_PATTERN.fullmatch(code) else None
    if entry is None:
        raise NotFound(f"unknown office {code!r}")
    return entry


def _build_office(request: Request, office: Json) -> Json:
    href = build_url(request, f"/offices/{office['code']}")
    return {**office, "href": href, "links": [{"rel": "keys", "type": "application/json", "href": f"{href}/keys"}]}


def build_private_response(document: Json, status: int = 200, **headers: str) -> Response:
    return JSONResponse(document, status, PRIVATE | headers)

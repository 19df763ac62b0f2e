"""Offices and their keys over HTTP: admins manage them, and an office reads its own."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.api_key import PREFIX_PATTERN
from api.auth.dependencies import PRIVATE, AdminCaller, AuthenticatedCaller, Caller, Forbidden
from api.auth.session import ReadConnection, WriteConnection
from api.exceptions import NotFound
from api.offices.issue_key import NewKey, issue_office_key
from api.offices.schemas import CODE_PATTERN, NewOffice, OfficeChange
from api.parameters.shared import Parameters, build_query_parser
from api.responses.representation import build_url
from models.accounts.api_keys import revoke_key, select_keys
from models.accounts.offices import OfficeEntry, add_office, change_office, fetch_office, select_offices

router = APIRouter(prefix="/offices")
Json = dict[str, Any]


class JsonOnlyParameters(Parameters):
    """Query parameters of addresses that answer only in JSON."""

    f: Literal["json"] | None = Field(None, description="Format of the response.")


JsonOnlyQuery = Annotated[JsonOnlyParameters, Depends(build_query_parser(JsonOnlyParameters))]


@router.api_route("", methods=["GET", "HEAD"])
async def read_offices(
    request: Request, _caller: AdminCaller, _: JsonOnlyQuery, connection: ReadConnection
) -> Response:
    rows = (await connection.execute(select_offices())).mappings()
    return _build_response({"offices": [_build_office(request, dict(row)) for row in rows]})


@router.post("")
async def post_office(
    request: Request, caller: AdminCaller, _: JsonOnlyQuery, connection: WriteConnection, new: NewOffice
) -> Response:
    await add_office(connection, new.build_entry(), by=caller.key_id, at=dt.datetime.now(dt.UTC))
    created = _build_office(request, new.model_dump())
    return _build_response(created, 201, Location=created["href"])


@router.api_route("/{code}", methods=["GET", "HEAD"])
async def read_office(
    request: Request, caller: AuthenticatedCaller, _: JsonOnlyQuery, connection: ReadConnection, code: str
) -> Response:
    _refuse_other_offices(caller, code)
    return _build_response(_build_office(request, jsonable_encoder(await _fetch_office(connection, code))))


@router.patch("/{code}")
async def patch_office(
    request: Request,
    caller: AdminCaller,
    _: JsonOnlyQuery,
    connection: WriteConnection,
    code: str,
    change: OfficeChange,
) -> Response:
    await _fetch_office(connection, code)
    values = change.model_dump(exclude_unset=True)
    changed = await change_office(connection, code, values, by=caller.key_id, at=dt.datetime.now(dt.UTC))
    return _build_response(_build_office(request, jsonable_encoder(changed)))


@router.api_route("/{code}/keys", methods=["GET", "HEAD"])
async def read_keys(caller: AuthenticatedCaller, _: JsonOnlyQuery, connection: ReadConnection, code: str) -> Response:
    """Return the public columns of the keys."""
    _refuse_other_offices(caller, code)
    await _fetch_office(connection, code)
    rows = (await connection.execute(select_keys(office=code))).mappings()
    return _build_response({"keys": jsonable_encoder([dict(row) for row in rows])})


@router.post("/{code}/keys")
async def post_key(
    caller: AdminCaller, _: JsonOnlyQuery, connection: WriteConnection, code: str, new: NewKey
) -> Response:
    """Create a key: only this answer contains its secret."""
    await _fetch_office(connection, code)
    key = await issue_office_key(connection, code, new, by=caller.key_id)
    (row,) = (await connection.execute(select_keys(prefix=key.prefix))).mappings()
    return _build_response({"key": key.format(), **jsonable_encoder(dict(row))}, 201)


@router.delete("/{code}/keys/{prefix}")
async def delete_key(
    caller: AdminCaller, _: JsonOnlyQuery, connection: WriteConnection, code: str, prefix: str
) -> Response:
    """Revoke the key from now on; it stays on the list."""
    named = CODE_PATTERN.fullmatch(code) and PREFIX_PATTERN.fullmatch(prefix)
    if not named or (await connection.execute(select_keys(office=code, prefix=prefix))).first() is None:
        raise NotFound(f"office {code!r} has no key {prefix!r}")
    await revoke_key(connection, prefix, by=caller.key_id, at=dt.datetime.now(dt.UTC))
    return Response(status_code=204, headers=PRIVATE)


def _refuse_other_offices(caller: Caller, code: str) -> None:
    """Refuse before checking that the office exists: other offices must not learn that either."""
    if caller.role != "admin" and caller.office_code != code:
        raise Forbidden(f"a key of office {caller.office_code} may not read office {code!r}")


async def _fetch_office(connection: AsyncConnection, code: str) -> OfficeEntry:
    entry = await fetch_office(connection, code) if CODE_PATTERN.fullmatch(code) else None
    if entry is None:
        raise NotFound(f"unknown office {code!r}")
    return entry


def _build_office(request: Request, office: Json) -> Json:
    href = build_url(request, f"/offices/{office['code']}")
    return {**office, "href": href, "links": [{"rel": "keys", "type": "application/json", "href": f"{href}/keys"}]}


def _build_response(document: Json, status: int = 200, **headers: str) -> Response:
    return JSONResponse(document, status, PRIVATE | headers)

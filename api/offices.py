"""Offices and their keys over HTTP: admins manage them, and an office reads its own."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import PRIVATE, AdminCaller, Caller, Forbidden, KnownCaller
from api.connection import Reading, Writing
from api.keys import PREFIX
from api.new_key import NewKey, issue
from api.not_found import NotFound
from api.office_fields import CODE, NewOffice, OfficeChange
from api.parameters import Parameters, parsed
from api.representation import address
from models.api_keys import keys, revoke_key
from models.offices import OfficeEntry, add_office, change_office, office_entries, office_entry

router = APIRouter(prefix="/offices")
Json = dict[str, Any]


class JsonOnly(Parameters):
    """Query parameters of addresses that answer only in JSON."""

    f: Literal["json"] | None = Field(None, description="Representation of the answer.")


Bare = Annotated[JsonOnly, Depends(parsed(JsonOnly))]


@router.api_route("", methods=["GET", "HEAD"])
async def read_offices(request: Request, _caller: AdminCaller, _: Bare, connection: Reading) -> Response:
    rows = (await connection.execute(office_entries())).mappings()
    return _answer({"offices": [_office(request, dict(row)) for row in rows]})


@router.post("")
async def post_office(request: Request, caller: AdminCaller, _: Bare, connection: Writing, new: NewOffice) -> Response:
    await add_office(connection, new.entry(), by=caller.key_id, at=dt.datetime.now(dt.UTC))
    created = _office(request, new.model_dump())
    return _answer(created, 201, Location=created["href"])


@router.api_route("/{code}", methods=["GET", "HEAD"])
async def read_office(request: Request, caller: KnownCaller, _: Bare, connection: Reading, code: str) -> Response:
    _refuse_other_offices(caller, code)
    return _answer(_office(request, jsonable_encoder(await _existing(connection, code))))


@router.patch("/{code}")
async def patch_office(
    request: Request, caller: AdminCaller, _: Bare, connection: Writing, code: str, change: OfficeChange
) -> Response:
    await _existing(connection, code)
    values = change.model_dump(exclude_unset=True)
    changed = await change_office(connection, code, values, by=caller.key_id, at=dt.datetime.now(dt.UTC))
    return _answer(_office(request, jsonable_encoder(changed)))


@router.api_route("/{code}/keys", methods=["GET", "HEAD"])
async def read_keys(caller: KnownCaller, _: Bare, connection: Reading, code: str) -> Response:
    """Return the public columns of the keys."""
    _refuse_other_offices(caller, code)
    await _existing(connection, code)
    rows = (await connection.execute(keys(office=code))).mappings()
    return _answer({"keys": jsonable_encoder([dict(row) for row in rows])})


@router.post("/{code}/keys")
async def post_key(caller: AdminCaller, _: Bare, connection: Writing, code: str, new: NewKey) -> Response:
    """Create a key: only this answer contains its secret."""
    await _existing(connection, code)
    key = await issue(connection, code, new, by=caller.key_id)
    (row,) = (await connection.execute(keys(prefix=key.prefix))).mappings()
    return _answer({"key": key.text(), **jsonable_encoder(dict(row))}, 201)


@router.delete("/{code}/keys/{prefix}")
async def delete_key(caller: AdminCaller, _: Bare, connection: Writing, code: str, prefix: str) -> Response:
    """Revoke the key from now on; it stays on the list."""
    named = CODE.fullmatch(code) and PREFIX.fullmatch(prefix)
    if not named or (await connection.execute(keys(office=code, prefix=prefix))).first() is None:
        raise NotFound(f"office {code!r} has no key {prefix!r}")
    await revoke_key(connection, prefix, by=caller.key_id, at=dt.datetime.now(dt.UTC))
    return Response(status_code=204, headers=PRIVATE)


def _refuse_other_offices(caller: Caller, code: str) -> None:
    """Refuse before checking that the office exists: other offices must not learn that either."""
    if caller.role != "admin" and caller.office_code != code:
        raise Forbidden(f"a key of office {caller.office_code} may not read office {code!r}")


async def _existing(connection: AsyncConnection, code: str) -> OfficeEntry:
    entry = await office_entry(connection, code) if CODE.fullmatch(code) else None
    if entry is None:
        raise NotFound(f"there is no office {code!r}")
    return entry


def _office(request: Request, office: Json) -> Json:
    href = address(request, f"/offices/{office['code']}")
    return {**office, "href": href, "links": [{"rel": "keys", "type": "application/json", "href": f"{href}/keys"}]}


def _answer(document: Json, status: int = 200, **headers: str) -> Response:
    return JSONResponse(document, status, PRIVATE | headers)

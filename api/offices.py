"""Offices and their keys over HTTP: for admins to manage, and for an office to see its own."""

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import PRIVATE, AdminCaller, Caller, Forbidden, KnownCaller
from api.connection import Writing
from api.keys import PREFIX, Key
from api.not_found import NotFound
from api.parameters import Parameters, parsed
from api.representation import address
from models.api_keys import issue_key, keys, revoke_key
from models.codes import Language, codes
from models.offices import OfficeEntry, add_office, change_office, office_entries, office_entry

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
router = APIRouter(prefix="/offices")
Json = dict[str, Any]


def _office_code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError("is 2 to 40 small letters, digits and hyphens, and starts with no hyphen")
    return text


def _role(text: str) -> str:
    if text not in codes("role"):
        raise ValueError(f"is not a role; those are {', '.join(codes('role'))}")
    return text


def _in_order(values: list[str]) -> list[str]:
    return sorted(set(values))


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("holds a character that cannot be printed")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
OfficeCode = Annotated[str, AfterValidator(_office_code)]
Iso3 = Annotated[Line, StringConstraints(to_upper=True)]
Iso3s = Annotated[list[Iso3], Field(max_length=300), AfterValidator(_in_order)]
Regions = Annotated[list[Line], Field(max_length=300), AfterValidator(_in_order)]
Role = Annotated[str, AfterValidator(_role)]
DaysUntilExpiry = Annotated[int, Field(ge=1, le=3650)]


class JsonOnly(Parameters):
    """What these addresses take: nothing, and they answer in JSON."""

    f: Literal["json"] | None = Field(None, description="Representation of the answer.")


Bare = Annotated[JsonOnly, Depends(parsed(JsonOnly))]


class OfficeChange(BaseModel):
    """What of an office is to be otherwise. What is not given stays; the values here stand for that."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Line = ""
    language: Language = "en"
    needs_review: bool = False
    countries: Iso3s = Field(default_factory=list)
    regions: Regions = Field(default_factory=list)


class NewOffice(OfficeChange):
    """An office as it is to be."""

    code: OfficeCode
    name: Line

    def entry(self) -> OfficeEntry:
        return OfficeEntry(**self.model_dump())


class NewKey(BaseModel):
    """What a key is for, and how long it is good; without `expires_in_days`, until it is revoked."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: Role
    label: Line | None = None
    expires_in_days: DaysUntilExpiry | None = None


@router.api_route("", methods=["GET", "HEAD"])
async def read_offices(request: Request, connection: Writing, _caller: AdminCaller, _: Bare) -> Response:
    found = (await connection.execute(office_entries())).mappings()
    return _answer({"offices": [_office(request, dict(row)) for row in found]})


@router.post("")
async def post_office(request: Request, connection: Writing, caller: AdminCaller, _: Bare, new: NewOffice) -> Response:
    await add_office(connection, new.entry(), by=caller.key_id, at=dt.datetime.now(dt.UTC))
    made = _office(request, new.model_dump())
    return _answer(made, 201, Location=made["href"])


@router.api_route("/{code}", methods=["GET", "HEAD"])
async def read_office(request: Request, connection: Writing, caller: KnownCaller, _: Bare, code: str) -> Response:
    _refuse_other_offices(caller, code)
    return _answer(_office(request, jsonable_encoder(await _existing(connection, code))))


@router.patch("/{code}")
async def patch_office(
    request: Request, connection: Writing, caller: AdminCaller, _: Bare, code: str, change: OfficeChange
) -> Response:
    await _existing(connection, code)
    given = change.model_dump(exclude_unset=True)
    changed = await change_office(connection, code, given, by=caller.key_id, at=dt.datetime.now(dt.UTC))
    return _answer(_office(request, jsonable_encoder(changed)))


@router.api_route("/{code}/keys", methods=["GET", "HEAD"])
async def read_keys(connection: Writing, caller: KnownCaller, _: Bare, code: str) -> Response:
    """The keys by what is public of them."""
    _refuse_other_offices(caller, code)
    await _existing(connection, code)
    found = (await connection.execute(keys(office=code))).mappings()
    return _answer({"keys": jsonable_encoder([dict(row) for row in found])})


@router.post("/{code}/keys")
async def post_key(connection: Writing, caller: AdminCaller, _: Bare, code: str, new: NewKey) -> Response:
    """A new key: this answer is the only one that ever has it."""
    await _existing(connection, code)
    key = await issue(connection, code, new, by=caller.key_id)
    (made,) = (await connection.execute(keys(prefix=key.prefix))).mappings()
    return _answer({"key": key.text(), **jsonable_encoder(dict(made))}, 201)


@router.delete("/{code}/keys/{prefix}")
async def delete_key(connection: Writing, caller: AdminCaller, _: Bare, code: str, prefix: str) -> Response:
    """Revoke the key, from now on; it stays on the list."""
    named = CODE.fullmatch(code) and PREFIX.fullmatch(prefix)
    if not named or (await connection.execute(keys(office=code, prefix=prefix))).first() is None:
        raise NotFound(f"office {code!r} has no key {prefix!r}")
    await revoke_key(connection, prefix, by=caller.key_id, at=dt.datetime.now(dt.UTC))
    return Response(status_code=204, headers=PRIVATE)


async def issue(connection: AsyncConnection, office: str, new: NewKey, *, by: int | None) -> Key:
    """Issue a key to the office, which exists; `by` is the key that asks for it."""
    key, now = Key.new(), dt.datetime.now(dt.UTC)
    await issue_key(
        connection,
        office,
        role=new.role,
        prefix=key.prefix,
        secret_sha256=key.secret_sha256(),
        label=new.label,
        expires_at=now + dt.timedelta(days=new.expires_in_days) if new.expires_in_days else None,
        by=by,
        at=now,
    )
    return key


def _refuse_other_offices(caller: Caller, code: str) -> None:
    """Before looking whether there is such an office: that is not for others to know either."""
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

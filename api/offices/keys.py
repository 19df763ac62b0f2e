"""Keys of offices over HTTP: admins issue and revoke them, and an office reads its own."""

import datetime as dt

from fastapi import APIRouter, Response
from fastapi.encoders import jsonable_encoder

from api.auth.api_key import PREFIX_PATTERN
from api.auth.dependencies import PRIVATE, AdminCaller, AuthenticatedCaller
from api.auth.session import ReadConnection, WriteConnection
from api.exceptions import NotFound
from api.offices.issue_key import NewKey, issue_office_key
from api.offices.routes import (
    JsonOnlyQuery,
    OfficeOperation,
    build_private_response,
    refuse_other_offices,
    require_office,
)
from api.offices.schemas import CODE_PATTERN
from api.parameters.operation import JSON
from models.accounts.api_keys import revoke_key, select_keys

router = APIRouter(prefix="/offices")


@router.api_route("/{code}/keys", methods=["GET", "HEAD"])
@OfficeOperation("getKeys", "Keys of the office, without their secrets", answer="KeyList", role="any", fails=(403,))
async def read_keys(caller: AuthenticatedCaller, _: JsonOnlyQuery, connection: ReadConnection, code: str) -> Response:
    """Return the public columns of the keys."""
    refuse_other_offices(caller, code)
    await require_office(connection, code)
    rows = (await connection.execute(select_keys(office=code))).mappings()
    return build_private_response({"keys": jsonable_encoder([dict(row) for row in rows])})


@router.post("/{code}/keys")
@OfficeOperation(
    "issueKey", "Issue a key, which is shown once", answer="IssuedKey", takes={JSON: NewKey}, statuses=(201,)
)
async def post_key(
    caller: AdminCaller, _: JsonOnlyQuery, connection: WriteConnection, code: str, new: NewKey
) -> Response:
    """Create a key: only this answer contains its secret."""
    await require_office(connection, code)
    key = await issue_office_key(connection, code, new, by=caller.key_id)
    (row,) = (await connection.execute(select_keys(prefix=key.prefix))).mappings()
    return build_private_response({"key": key.format(), **jsonable_encoder(dict(row))}, 201)


@router.delete("/{code}/keys/{prefix}")
@OfficeOperation("revokeKey", "Revoke a key", statuses=(204,))
async def delete_key(
    caller: AdminCaller, _: JsonOnlyQuery, connection: WriteConnection, code: str, prefix: str
) -> Response:
    """Revoke the key from now on; it stays on the list."""
    named = CODE_PATTERN.fullmatch(code) and PREFIX_PATTERN.fullmatch(prefix)
    if not named or (await connection.execute(select_keys(office=code, prefix=prefix))).first() is None:
        raise NotFound(f"office {code!r} has no key {prefix!r}")
    await revoke_key(connection, prefix, by=caller.key_id, at=dt.datetime.now(dt.UTC))
    return Response(status_code=204, headers=PRIVATE)

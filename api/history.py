"""The history of one point: every record on both time axes."""

import datetime as dt
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Integer, Select, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import Plain
from api.connection import Reading
from api.not_found import NotFound
from api.representation import GEOJSON, address, answer, self_links
from models.history import (
    assessment_history,
    capacity_history,
    point_id,
    register_history,
    restriction_history,
)
from models.points_named import moments_of

router = APIRouter()
# Made once: to make them took SQLAlchemy five times as long as to have them answered.
POINT: Any = bindparam("point", type_=Integer)
REGISTER, RESTRICTIONS = register_history(POINT), restriction_history(POINT)
CAPACITIES, ASSESSMENTS = capacity_history(POINT), assessment_history(POINT)


@router.api_route("/points-of-entry/{code}/history", methods=["GET", "HEAD"])
async def read_history(request: Request, code: str, connection: Reading, _: Plain) -> Response:
    point = None if "\0" in code else await connection.scalar(point_id(code))
    if point is None:
        raise NotFound(f"there is no point of entry {code!r}")
    register = await _rows(connection, REGISTER, point)
    item = address(request, f"/collections/points-of-entry/items/{code}")
    document = {
        "code": code,
        "name": register[0]["name"],
        "register": register,
        "restrictions": await _rows(connection, RESTRICTIONS, point),
        "health_capacities": await _rows(connection, CAPACITIES, point),
        "assessments": await _rows(connection, ASSESSMENTS, point),
        "links": [*self_links(request), {"rel": "item", "type": GEOJSON, "title": "The point", "href": item}],
    }
    response = answer(request, "history.html", document)
    response.headers["ETag"] = await etag_of(connection, point)
    return response


def history_etag(code: str, moment: dt.datetime) -> str:
    """ETag of a point's history; a sender names it in If-Match to write only if nothing has changed since."""
    return f'"{code}.{int(moment.timestamp() * 1_000_000)}"'


async def etag_of(connection: AsyncConnection, point: int) -> str:
    """The ETag of the history of the point of this number, as it is now."""
    return history_etag(*(await connection.execute(moments_of([point]))).one())


async def _rows(connection: AsyncConnection, statement: Select[*tuple[Any, ...]], point: int) -> list[dict[str, Any]]:
    rows = (await connection.execute(statement, {"point": point})).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a column holds
    """As JSON has it. FastAPI's jsonable_encoder took ten times as long as the database for sixty records."""
    return value.isoformat() if isinstance(value, dt.date) else value

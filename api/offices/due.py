"""Points of an office that are due: not assessed yet in the reporting week."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.analysis.freshness import WEEKDAYS, SingleDayParameters
from api.auth.dependencies import PRIVATE, AuthenticatedCaller, Caller, Forbidden
from api.auth.session import ReadConnection
from api.database.as_of import resolve_as_of
from api.exceptions import NotFound
from api.offices.routes import OfficeOperation
from api.parameters.shared import build_query_parser
from api.parameters.types import Limit, Text
from api.responses.representation import build_page_links
from api.settings import get_settings
from api.values.datetimes import format_days, format_moment, get_today
from models.accounts.offices import fetch_office
from models.analysis.freshness import count_active_points, select_due_points
from models.queries.due_points import find_reporting_week
from models.queries.filters import PointFilter
from models.tables.bitemporal import Days
from models.tables.point_of_entry import PointOfEntry

router = APIRouter()


class DueParameters(SingleDayParameters):
    """Parameters of the points due."""

    f: Literal["json"] | None = Field(None, description="Format of the response.")
    limit: Limit = Field(1000, description="Maximum points on a page; at most 10,000.")
    after: Text | None = Field(None, description="Page cursor, from a `next` link.")


@router.get("/offices/{code}/due")
@OfficeOperation(
    "getPointsDue",
    "Points of the office not assessed this week",
    answer="PointsDue",
    role="any",
    fails=(403,),
)
async def list_due_points(
    request: Request,
    code: str,
    caller: AuthenticatedCaller,
    parameters: Annotated[DueParameters, Depends(build_query_parser(DueParameters))],
    connection: ReadConnection,
) -> Response:
    """List the office's active points that nobody has assessed yet in the reporting week."""
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    day = parameters.datetime or Days.on(get_today())
    question = PointFilter(day, knowledge.moment, iso3s=await _fetch_countries(connection, caller, code))
    week = find_reporting_week(day.last, WEEKDAYS.index(get_settings().crossings_week_ends_on))
    due = select_due_points(question, week.first)
    page = due if parameters.after is None else due.where(PointOfEntry.code > parameters.after)
    rows = (await connection.execute(page.limit(parameters.limit + 1))).mappings().all()
    shown = rows[: parameters.limit]
    clocks = {"datetime": format_days(day), "as_known_at": format_moment(knowledge.moment)}
    document = {
        "office": code,
        **clocks,
        "week": {"first": week.first, "last": week.last},
        "active_points": await connection.scalar(count_active_points(question)),
        "due_points": await connection.scalar(select(func.count()).select_from(due.order_by(None).subquery())),
        "due": [dict(row) for row in shown],
        "links": build_page_links(request, shown[-1]["code"] if len(rows) > len(shown) else None, **clocks),
    }
    return JSONResponse(jsonable_encoder(document), headers=PRIVATE)


async def _fetch_countries(connection: AsyncConnection, caller: Caller, code: str) -> list[str]:
    """Fetch the countries of the office, for its own keys and for an admin. Raises Forbidden, NotFound."""
    if caller.role != "admin" and code != caller.office_code:
        raise Forbidden(f"this key belongs to office {caller.office_code!r}, not to {code!r}")
    office = await fetch_office(connection, code)
    if office is None:
        raise NotFound(f"unknown office {code!r}")
    return office.countries

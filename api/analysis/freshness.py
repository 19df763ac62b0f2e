"""Freshness: time since points were assessed, for everyone, and the points due this week, for an office."""

import calendar
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import PRIVATE, AuthenticatedCaller, Caller, Forbidden
from api.auth.session import ReadConnection
from api.collections.registry import NOTICE
from api.database.as_of import resolve_as_of
from api.database.limited_reading import LimitedConnection
from api.database.prepared_statements import execute
from api.exceptions import NotFound
from api.parameters.hints import INSTANT_SCHEMA
from api.parameters.page_day import apply_page_day
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import ClocksParameters, build_query_parser
from api.parameters.types import BooleanParameter, DaysParameter, Iso3s, Limit, PoeTypes, Text, Values
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import Link, build_current_url, build_self_links, render_document
from api.settings import get_settings
from api.values.datetimes import format_days, format_moment, get_today
from models.accounts.offices import fetch_office
from models.analysis.freshness import (
    NEVER,
    WEEK_CLASSES,
    count_active_points,
    count_points_by_week,
    find_reporting_week,
    select_due_points,
)
from models.queries.filters import FeatureFilter, create_statement_template
from models.tables.bitemporal import Days
from models.tables.point_of_entry import PointOfEntry

router = APIRouter()
WEEKDAYS = [name.lower() for name in calendar.day_name]


def _check_one_day(days: Days | None) -> Days | None:
    if days is not None and days.first != days.last:
        raise ValueError("expected one day, like 2020-04-15")
    return days


class SingleDayParameters(ClocksParameters):
    """The two clocks, with a single day as `datetime`."""

    datetime: Annotated[DaysParameter, AfterValidator(_check_one_day)] = Field(
        None, description="Day (default: today, UTC).", json_schema_extra=INSTANT_SCHEMA
    )


class FreshnessParameters(SingleDayParameters):
    """Parameters of freshness."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Region codes, as in /regions: IOM's, M49 or custom.")
    poe_type: PoeTypes = Field((), description="Types of point.")
    is_poe: BooleanParameter = Field(
        None,
        description="true: points of entry; false: key locations of internal mobility. Default, without `poe_type`: "
        "points of entry only, as in IOM's shares.",
    )

    def build_filter(self) -> FeatureFilter:
        """Build the query, as of now."""
        return FeatureFilter(
            days=self.datetime or Days.on(get_today()),
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            poe_types=list(self.poe_type) or None,
            is_poe=True if self.is_poe is None and not self.poe_type else self.is_poe,
        )


class DueParameters(SingleDayParameters):
    """Parameters of the points due."""

    f: Literal["json"] | None = Field(None, description="Format of the response.")
    limit: Limit = Field(1000, description="Maximum points on a page; at most 10,000.")
    after: Text | None = Field(None, description="Page cursor, from a `next` link.")


@router.api_route("/freshness", methods=["GET", "HEAD"])
async def get_freshness(
    request: Request,
    connection: LimitedConnection,
    parameters: Annotated[FreshnessParameters, Depends(build_query_parser(FreshnessParameters))],
) -> Response:
    """Count points by weeks since their last assessment, per country and in total."""
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    parameters, shown = await apply_page_day(request, connection, parameters)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    question = replace(parameters.build_filter(), as_known_at=knowledge.as_known_at)
    rows = [
        dict(row)
        for row in (await execute(connection, *create_statement_template(count_points_by_week, question))).mappings()
    ]
    clocks = {"datetime": format_days(question.days), "as_known_at": format_moment(knowledge.moment)}
    document = {
        "title": "Freshness",
        **clocks,
        "is_poe": question.is_poe,
        "total": _format_counts({name: sum(row[name] for row in rows) for name in ("points", *WEEK_CLASSES, NEVER)}),
        "countries": [{"country": row["country"], "name": row["name"], **_format_counts(row)} for row in rows],
        "notes": [*await fetch_example_notes(request), NOTICE],
        "links": build_self_links(request, **clocks),
    }
    return render_document(request, "analysis/freshness.html", document, weeks=[*WEEK_CLASSES, NEVER], shown=shown)


def _format_counts(row: dict[str, Any]) -> dict[str, Any]:
    """Format the counts of points by weeks, with their shares of all, from 0 to 1; null shares without points."""
    counts = {label: row[label] for label in (*WEEK_CLASSES, NEVER)}
    points = row["points"]
    shares = {label: round(count / points, 4) if points else None for label, count in counts.items()}
    return {"points": points, "weeks_since_assessed": counts, "shares": shares}


@router.get("/offices/{code}/due")
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
    question = FeatureFilter(day, knowledge.moment, iso3s=await _fetch_countries(connection, caller, code))
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
        "links": _build_links(
            request, clocks, rows[parameters.limit - 1]["code"] if len(rows) > parameters.limit else None
        ),
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


def _build_links(request: Request, clocks: dict[str, str], last: str | None) -> list[Link]:
    """Build the links of a page. `last` is the code after which the next page begins; None on the last page."""
    links = [{"rel": "self", "type": "application/json", "href": build_current_url(request, **clocks)}]
    if last is not None:
        links.append(
            {"rel": "next", "type": "application/json", "href": build_current_url(request, **clocks, after=last)}
        )
    return links

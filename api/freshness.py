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

from api.asked_types import AskedDays, Iso3s, Limit, PoeTypes, Text, Values, YesOrNo
from api.callers import PRIVATE, Caller, Forbidden, KnownCaller
from api.collections import NOTICE
from api.connection import Reading
from api.example_notice import example_notes
from api.knowledge import knowledge_at
from api.not_found import NotFound
from api.page_day import on_page_day
from api.parameter_hints import INSTANT
from api.parameters import Clocks, parsed
from api.places import refuse_unknown_places
from api.prepared import execute
from api.representation import Link, answer, here, self_links
from api.server.limited_reading import LimitedReading
from api.settings import settings
from api.time_parameters import days_text, moment_text, today
from models.freshness import (
    NEVER,
    WEEKS,
    points_by_weeks,
    points_due,
    points_standing,
    reporting_week,
)
from models.offices import office_entry
from models.point_of_entry import PointOfEntry
from models.question import Question, shaped
from models.time_axes import Days

router = APIRouter()
WEEKDAYS = [name.lower() for name in calendar.day_name]


def _one_day(days: Days | None) -> Days | None:
    if days is not None and days.first != days.last:
        raise ValueError("this is asked of one day, like 2020-04-15")
    return days


class OnADay(Clocks):
    """The two clocks, with a single day as `datetime`."""

    datetime: Annotated[AskedDays, AfterValidator(_one_day)] = Field(
        None, description="The day asked about (default: today, UTC).", json_schema_extra=INSTANT
    )


class FreshnessParameters(OnADay):
    """Parameters of freshness."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Codes of regions, as in /regions: IOM's, M49 or custom.")
    poe_type: PoeTypes = Field((), description="Types of point.")
    is_poe: YesOrNo = Field(
        None,
        description="true: points of entry; false: key locations of internal mobility. Without it, and without "
        "`poe_type`, points of entry only, as in IOM's shares.",
    )

    def question(self) -> Question:
        """Build the query, as of now."""
        return Question(
            days=self.datetime or Days.on(today()),
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            poe_types=list(self.poe_type) or None,
            is_poe=True if self.is_poe is None and not self.poe_type else self.is_poe,
        )


class DueParameters(OnADay):
    """Parameters of the points due."""

    f: Literal["json"] | None = Field(None, description="Representation of the answer.")
    limit: Limit = Field(1000, description="Points in a page; 10,000 at most.")
    after: Text | None = Field(None, description="Where a page starts; written by `next` links.")


@router.api_route("/freshness", methods=["GET", "HEAD"])
async def read_freshness(
    request: Request,
    connection: LimitedReading,
    parameters: Annotated[FreshnessParameters, Depends(parsed(FreshnessParameters))],
) -> Response:
    """Count points by weeks since their last assessment, per country and in total."""
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    parameters, shown = await on_page_day(request, connection, parameters)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    question = replace(parameters.question(), as_known_at=knowledge.as_known_at)
    rows = [dict(row) for row in (await execute(connection, *shaped(points_by_weeks, question))).mappings()]
    clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
    document = {
        "title": "Freshness",
        **clocks,
        "is_poe": question.is_poe,
        "total": _counted({name: sum(row[name] for row in rows) for name in ("points", *WEEKS, NEVER)}),
        "countries": [{"country": row["country"], "name": row["name"], **_counted(row)} for row in rows],
        "notes": [*await example_notes(request), NOTICE],
        "links": self_links(request, **clocks),
    }
    return answer(request, "freshness.html", document, weeks=[*WEEKS, NEVER], shown=shown)


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    """Format the counts of points by weeks, with their shares of all, from 0 to 1; null shares without points."""
    counts = {label: row[label] for label in (*WEEKS, NEVER)}
    points = row["points"]
    shares = {label: round(count / points, 4) if points else None for label, count in counts.items()}
    return {"points": points, "weeks_since_assessed": counts, "shares": shares}


@router.get("/offices/{code}/due")
async def read_due(
    request: Request,
    code: str,
    caller: KnownCaller,
    parameters: Annotated[DueParameters, Depends(parsed(DueParameters))],
    connection: Reading,
) -> Response:
    """List the office's active points that nobody has assessed yet in the reporting week."""
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    day = parameters.datetime or Days.on(today())
    question = Question(day, knowledge.moment, iso3s=await _countries(connection, caller, code))
    week = reporting_week(day.last, WEEKDAYS.index(settings().crossings_week_ends_on))
    due = points_due(question, week.first)
    page = due if parameters.after is None else due.where(PointOfEntry.code > parameters.after)
    rows = (await connection.execute(page.limit(parameters.limit + 1))).mappings().all()
    shown = rows[: parameters.limit]
    clocks = {"datetime": days_text(day), "as_known_at": moment_text(knowledge.moment)}
    document = {
        "office": code,
        **clocks,
        "week": {"first": week.first, "last": week.last},
        "active_points": await connection.scalar(points_standing(question)),
        "due_points": await connection.scalar(select(func.count()).select_from(due.order_by(None).subquery())),
        "due": [dict(row) for row in shown],
        "links": _links(request, clocks, rows[parameters.limit - 1]["code"] if len(rows) > parameters.limit else None),
    }
    return JSONResponse(jsonable_encoder(document), headers=PRIVATE)


async def _countries(connection: AsyncConnection, caller: Caller, code: str) -> list[str]:
    """Fetch the countries of the office, for its own keys and for an admin. Raises Forbidden, NotFound."""
    if caller.role != "admin" and code != caller.office_code:
        raise Forbidden(f"this key belongs to the office {caller.office_code!r}, not to {code!r}")
    office = await office_entry(connection, code)
    if office is None:
        raise NotFound(f"there is no office {code!r}")
    return office.countries


def _links(request: Request, clocks: dict[str, str], last: str | None) -> list[Link]:
    """Build the links of a page. `last` is the code after which the next page begins; None on the last page."""
    links = [{"rel": "self", "type": "application/json", "href": here(request, **clocks)}]
    if last is not None:
        links.append({"rel": "next", "type": "application/json", "href": here(request, **clocks, after=last)})
    return links

"""Freshness: time since points were assessed, for everyone, and the points due this week, for an office."""

import calendar
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, Field

from api.collections.registry import NOTICE
from api.database.as_of import resolve_as_of
from api.database.prepared_statements import execute
from api.database.read_connections import LimitedConnection
from api.parameters.hints import INSTANT_SCHEMA
from api.parameters.operation import Operation
from api.parameters.page_day import apply_page_day
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import ClocksParameters, build_query_parser
from api.parameters.types import BooleanParameter, DaysParameter, Iso3s, PoeTypes, Values
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import build_self_links, render_document
from api.values.datetimes import format_days, format_moment, get_today
from models.analysis.freshness import (
    NEVER,
    WEEK_CLASSES,
    count_points_by_week,
)
from models.queries.filters import PointFilter, create_statement_template
from models.tables.bitemporal import Days

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

    def build_filter(self) -> PointFilter:
        """Build the query, as of now."""
        return PointFilter(
            days=self.datetime or Days.on(get_today()),
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            poe_types=list(self.poe_type) or None,
            is_poe=True if self.is_poe is None and not self.poe_type else self.is_poe,
        )


@router.api_route("/freshness", methods=["GET", "HEAD"])
@Operation("getFreshness", "Points by weeks since their last assessment", answer="Freshness")
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

"""Days with data: the first and last day with reports, and counts by week."""

import datetime as dt
from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.as_of import resolve_as_of
from api.database.read_connections import LimitedConnection
from api.parameters.hints import INSTANT_SCHEMA
from api.parameters.operation import Operation
from api.parameters.page_day import read_reported_box, read_spans
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import Parameters, build_query_parser
from api.parameters.types import Iso3s, MomentParameter, Values
from api.responses.representation import build_self_links, render_document
from api.values.datetimes import format_moment, get_today
from models.queries.filters import PointFilter, build_cached_statement
from models.queries.reported_days import ASSESSMENTS, CHANGED_LEVELS, STATUSES, count_by_week
from models.tables.bitemporal import BEGINNING_OF_TIME, Days, shift_day

router = APIRouter()
COUNT_KINDS = (ASSESSMENTS, STATUSES, CHANGED_LEVELS)
# Twenty years.
MAX_WEEKS = 1040
NOTES = (
    "A point is reported on the days of its assessments, and on the first days of its statuses.",
    (
        "Each ISO week is named by its Monday: `assessments` counts the assessments of points, `statuses_begun` the "
        "statuses of points that begin in the week, and `levels_changed` the levels of countries that begin in it. "
        f"Weeks without these, and weeks more than {MAX_WEEKS:,} weeks ago, are not listed."
    ),
    (
        "`box` contains the points reported in the seven days up to the last day of reports; if east is above 180, it "
        "crosses the antimeridian."
    ),
)


class DaysParameters(Parameters):
    """Places, and the moment of knowledge."""

    as_known_at: MomentParameter = Field(
        None,
        description="Return the data as of this moment. A date means the end of that day, UTC.",
        json_schema_extra=INSTANT_SCHEMA,
    )
    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Region codes, as in /regions: IOM's, M49 or custom.")

    def build_filter(self, days: Days, as_known_at: dt.datetime | None) -> PointFilter:
        return PointFilter(days, as_known_at, iso3s=list(self.country) or None, regions=list(self.region) or None)


@router.api_route("/days", methods=["GET", "HEAD"])
@Operation("getDays", "Days with reports, and counts by week", answer="Days")
async def get_days(
    request: Request,
    connection: LimitedConnection,
    parameters: Annotated[DaysParameters, Depends(build_query_parser(DaysParameters))],
) -> Response:
    """Return the first and last day of reports and of levels, and counts by week."""
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    on = get_today()
    question = parameters.build_filter(Days(BEGINNING_OF_TIME, on), knowledge.as_known_at)
    lately = parameters.build_filter(Days(shift_day(on, -7 * MAX_WEEKS), on), knowledge.as_known_at)
    reports, levels = await read_spans(connection, question)
    latest = parameters.build_filter(Days(BEGINNING_OF_TIME, reports.last_day or on), knowledge.as_known_at)
    box = await read_reported_box(connection, latest) if reports.last_day else None
    known_at = format_moment(knowledge.moment)
    document = {
        "title": "Days with reports",
        "today": on,
        "as_known_at": known_at,
        "reports": {**reports._asdict(), "box": box},
        "country_levels": levels._asdict(),
        "weeks": await _fetch_weeks(connection, lately),
        "notes": list(NOTES),
        "links": build_self_links(request, as_known_at=known_at),
    }
    return render_document(request, "analysis/days.html", jsonable_encoder(document))


async def _fetch_weeks(connection: AsyncConnection, question: PointFilter) -> list[dict[str, Any]]:
    """Fetch the weeks in order, each with its counts."""
    counts: defaultdict[dt.date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNT_KINDS, 0))
    for row in await connection.execute(*build_cached_statement(count_by_week, question)):
        counts[row.week][row.kind] = row.number
    return [{"week": week, **counts[week]} for week in sorted(counts)]

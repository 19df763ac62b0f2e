"""Days with data: the first and last day with reports, and counts by week."""

import datetime as dt
from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked_types import AskedMoment, Iso3s, Values
from api.knowledge import knowledge_at
from api.page_day import read_box, read_spans
from api.parameter_hints import INSTANT
from api.parameters import Parameters, parsed
from api.places import refuse_unknown_places
from api.representation import answer, self_links
from api.server.limited_reading import LimitedReading
from api.time_parameters import moment_text, today
from models.question import Question, asked
from models.reported_days import ASSESSMENTS, CHANGED_LEVELS, STATUSES, counts_by_week
from models.time_axes import SINCE_EVER, Days, shift_day

router = APIRouter()
KINDS = (ASSESSMENTS, STATUSES, CHANGED_LEVELS)
# Twenty years.
MOST_WEEKS = 1040
NOTES = (
    "A point is reported on a day on which it was assessed, and on a day from which a status was said to hold.",
    (
        "Of each ISO week, by its Monday, `assessments` are the reports of points, `statuses_begun` the statuses of "
        "points that hold from one of its days on, and `levels_changed` the levels of countries that do. Weeks "
        f"without any are left out, and so are those more than {MOST_WEEKS:,} weeks ago."
    ),
    (
        "`box` is that of the points reported in the seven days up to the last day of reports; an east beyond 180 "
        "crosses the antimeridian."
    ),
)


class DaysParameters(Parameters):
    """Places, and the moment of knowledge."""

    as_known_at: AskedMoment = Field(
        None,
        description="Answer with what was known at this moment. A date stands for the end of that day, UTC.",
        json_schema_extra=INSTANT,
    )
    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Codes of regions, as in /regions: IOM's, M49 or custom.")

    def question(self, days: Days, as_known_at: dt.datetime | None) -> Question:
        return Question(days, as_known_at, iso3s=list(self.country) or None, regions=list(self.region) or None)


@router.api_route("/days", methods=["GET", "HEAD"])
async def read_days(
    request: Request,
    connection: LimitedReading,
    parameters: Annotated[DaysParameters, Depends(parsed(DaysParameters))],
) -> Response:
    """Return the first and last day of reports and of levels, and counts by week."""
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    on = today()
    question = parameters.question(Days(SINCE_EVER, on), knowledge.as_known_at)
    lately = parameters.question(Days(shift_day(on, -7 * MOST_WEEKS), on), knowledge.as_known_at)
    reports, levels = await read_spans(connection, question)
    latest = parameters.question(Days(SINCE_EVER, reports.last_day or on), knowledge.as_known_at)
    box = await read_box(connection, latest) if reports.last_day else None
    known_at = moment_text(knowledge.moment)
    document = {
        "title": "Days with reports",
        "today": on,
        "as_known_at": known_at,
        "reports": {**reports._asdict(), "box": box},
        "country_levels": levels._asdict(),
        "weeks": await _weeks(connection, lately),
        "notes": list(NOTES),
        "links": self_links(request, as_known_at=known_at),
    }
    return answer(request, "days.html", jsonable_encoder(document))


async def _weeks(connection: AsyncConnection, question: Question) -> list[dict[str, Any]]:
    """Fetch the weeks in order, each with its counts."""
    counts: defaultdict[dt.date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    for row in await connection.execute(*asked(counts_by_week, question)):
        counts[row.week][row.kind] = row.number
    return [{"week": week, **counts[week]} for week in sorted(counts)]

"""Early signals: countries ranked by the share of points that changed status in the days before a day."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import Field

from api.analysis.freshness import SingleDayParameters
from api.collections.registry import NOTICE
from api.database.as_of import resolve_as_of
from api.database.prepared_statements import execute
from api.database.read_connections import LimitedConnection
from api.parameters.errors import BadParameters
from api.parameters.operation import CSV, HTML, JSON, Operation
from api.parameters.page_day import apply_page_day
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import build_query_parser
from api.parameters.types import Iso3s, Limit, PoeTypes, Values, WholeNumber
from api.responses.csv_response import build_csv_link, build_csv_response, is_csv_requested
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import build_self_links, get_query_values, render_document
from api.values.datetimes import format_moment, get_today
from models.analysis.signals import GROUPS, count_country_changes, rank_countries
from models.queries.filters import PointFilter, create_statement_template
from models.tables.bitemporal import Days

router = APIRouter()
MAX_DAYS = 366
# More than any country has.
MAX_LEAST_POINTS = 1_000_000
NOTES = (
    (
        "For each country, `compared` counts the points that were assessed for the first day and for the last; "
        "`changed` of them have another known operational status on the last day. A change that was reversed within "
        "the days does not count, and neither does a status that became known: points that are `unknown` on one of "
        "the days are counted separately."
    ),
    (
        "Countries are ranked by `changed_share`, `changed` of `compared`; for equal shares, the country with more "
        "changed points comes first. Countries with fewer than `least_points` compared points are not listed: one "
        "point of two is half a country."
    ),
    (
        "`eased` and `tightened` points moved to a more or less open status group; `opened` were fully closed before, "
        "and `closed` are fully closed now. `change_` is the growth of the share of a status group, from -1 to 1."
    ),
)
COLUMN_TAGS = {
    "rank": "#indicator+num+rank",
    "country": "#country+code",
    "country_name": "#country+name",
    "points": "#indicator+num+points",
    "compared": "#indicator+num+compared",
    "changed": "#indicator+num+changed",
    "changed_share": "#indicator+share+changed",
    "eased": "#indicator+num+eased",
    "tightened": "#indicator+num+tightened",
    "unknown": "#indicator+num+unknown",
    "opened": "#indicator+num+opened",
    "closed": "#indicator+num+closed",
    **{f"before_{group}": f"#indicator+num+before+{group}" for group in GROUPS},
    **{f"after_{group}": f"#indicator+num+after+{group}" for group in GROUPS},
    **{f"change_{group}": f"#indicator+share+change+{group}" for group in GROUPS},
}


class SignalsParameters(SingleDayParameters):
    """Days to compare, and places."""

    f: Literal["json", "html", "csv"] | None = Field(None, description="Format of the response.")  # type: ignore[assignment]
    days: Annotated[WholeNumber, Field(ge=1, le=MAX_DAYS)] = Field(
        14, description="Number of days before `datetime` of the day to compare with."
    )
    least_points: Annotated[WholeNumber, Field(ge=1, le=MAX_LEAST_POINTS)] = Field(
        5, description="Minimum number of comparable points of a listed country."
    )
    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Region codes, as in /regions: IOM's, M49 or custom.")
    poe_type: PoeTypes = Field((), description="Types of point; default: points of entry only.")
    limit: Limit = Field(100, description="Countries in the response.")

    def build_filter(self) -> PointFilter:
        """Build the query, as of now. Raises BadParameters for days before the calendar."""
        last = self.datetime.last if self.datetime else get_today()
        try:
            first = last - dt.timedelta(days=self.days)
        except OverflowError:
            reason = f"{self.days} days before it lies before the first possible day"
            raise BadParameters([{"parameter": "datetime", "value": str(last), "reason": reason}]) from None
        return PointFilter(
            Days(first, last),
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            poe_types=list(self.poe_type) or None,
            is_poe=None if self.poe_type else True,
        )


@router.api_route("/signals", methods=["GET", "HEAD"])
@Operation(
    "getSignals",
    "Countries whose points change fastest",
    answer="Signals",
    gives=(JSON, CSV, HTML),
)
async def get_signals(
    request: Request,
    connection: LimitedConnection,
    parameters: Annotated[SignalsParameters, Depends(build_query_parser(SignalsParameters))],
) -> Response:
    """Return the countries, the largest share of changed points first."""
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    parameters, shown = await apply_page_day(request, connection, parameters)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    question = replace(parameters.build_filter(), as_known_at=knowledge.as_known_at)
    counts = [
        dict(row)
        for row in (await execute(connection, *create_statement_template(count_country_changes, question))).mappings()
    ]
    rows = rank_countries(counts, parameters.least_points)[: parameters.limit]
    example = await fetch_example_notes(request)
    if is_csv_requested(request):
        name = f"signals-{question.days.first}-to-{question.days.last}"
        return build_csv_response(name, COLUMN_TAGS, list(COLUMN_TAGS), rows, example)
    clocks = {"datetime": question.days.last.isoformat(), "as_known_at": format_moment(knowledge.moment)}
    document: dict[str, Any] = {
        "title": "Early signals",
        **clocks,
        "compared_with": question.days.first,
        "days": parameters.days,
        "least_points": parameters.least_points,
        "countries": len(counts),
        "countries_with_enough_points": sum(row["compared"] >= parameters.least_points for row in counts),
        "numberReturned": len(rows),
        "rows": [{name: row[name] for name in COLUMN_TAGS} for row in rows],
        "notes": [*example, *NOTES, NOTICE],
        "links": [
            *build_self_links(request, **clocks),
            build_csv_link(request, "These signals as CSV with HXL tags", clocks),
        ],
    }
    return render_document(
        request, "analysis/signals.html", jsonable_encoder(document), query=get_query_values(request), shown=shown
    )

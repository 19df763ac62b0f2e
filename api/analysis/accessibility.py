"""Accessibility index by country and day, with its sensitivity to other weights."""

import asyncio
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.analysis.accessibility_parameters import AccessibilityParameters
from api.analysis.periods import split_into_periods
from api.collections.registry import NOTICE
from api.database.as_of import resolve_as_of
from api.database.prepared_statements import execute
from api.database.read_connections import open_limited_connection
from api.database.read_routing import DatabaseReader, RoutedReader
from api.http.heavy_work import acquire_series_slot
from api.parameters.errors import BadParameters
from api.parameters.operation import CSV, HTML, JSON, Operation
from api.parameters.page_day import PageDay, apply_page_day_pooled
from api.parameters.places import refuse_unknown_countries, refuse_unknown_places
from api.parameters.shared import build_query_parser
from api.responses.csv_response import build_csv_link, build_csv_response, build_table_response, is_csv_requested
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import build_self_links, build_url, get_query_values
from api.values.datetimes import format_days, format_moment
from models.analysis.accessibility import CountryAccessibility, compute_accessibility
from models.analysis.accessibility_index import AccessibilityFigures
from models.analysis.statistics import Period, select_group_names
from models.queries.filters import PointFilter

router = APIRouter()
MAX_STEPS = 120
FIGURE_TAGS = {
    "index": "#indicator+index+accessibility",
    "index_low": "#indicator+index+accessibility+low",
    "index_high": "#indicator+index+accessibility+high",
    "index_if_closed": "#indicator+index+accessibility+if_closed",
    "index_if_open": "#indicator+index+accessibility+if_open",
    **{
        field.name: f"#indicator+num+{field.name}"
        for field in fields(AccessibilityFigures)
        if not field.name.startswith("index")
    },
}
COLUMN_TAGS = {
    "day": "#date+day",
    "week": "#date+week_start",
    "month": "#date+month_start",
    "as_on": "#date+reported",
    "country": "#country+code",
    "country_name": "#country+name",
    **FIGURE_TAGS,
}
NOTES = (
    (
        "`index` is the share of a country's assessed points that are passable, from 0 to 1: a passable point counts "
        "1, a conditionally passable point `weight_conditional`, an impassable or unknown point 0; each times the "
        "weight of its type. Null if no point was assessed lately: points last assessed `max_age` days before the "
        "day, or earlier, are `not_known_lately`."
    ),
    (
        "The weights are a judgement. `index_low` and `index_high` are the smallest and the largest index over these "
        "weights: of the types, as requested, all equal, and each in turn four times the others; of conditional "
        "passage, 0, as requested, and 1."
    ),
    (
        "`index_if_closed` and `index_if_open` are the index if all points not assessed, or not lately, were closed, "
        "or open. `points` counts these points; the index does not include them."
    ),
    "A country without points of entry in the register has no row.",
    (
        "A week (ISO 8601) or month is named by its first day; its figures are for its last day within `datetime`: "
        "`as_on`."
    ),
)
Row = dict[str, Any]


@router.api_route("/accessibility", methods=["GET", "HEAD"])
@Operation(
    "getAccessibility",
    "Accessibility of countries",
    answer="Accessibility",
    gives=(JSON, CSV, HTML),
)
async def get_accessibility(
    request: Request,
    answers: RoutedReader,
    parameters: Annotated[AccessibilityParameters, Depends(build_query_parser(AccessibilityParameters))],
) -> Response:
    """Return the index and its sensitivity, a row for each country and step."""
    parameters, shown = await apply_page_day_pooled(request, answers, parameters)
    periods = _split_periods(parameters, parameters.build_filter(None))
    async with acquire_series_slot(request, parameters.step):
        return await _compute_accessibility(request, answers, parameters, periods, shown)


async def _compute_accessibility(
    request: Request,
    answers: DatabaseReader,
    parameters: AccessibilityParameters,
    periods: list[Period],
    shown: PageDay | None,
) -> Response:
    async with open_limited_connection(answers) as connection:
        await refuse_unknown_places(connection, parameters.country, parameters.region)
        await refuse_unknown_countries(connection, {"nationality": parameters.nationality})
        knowledge = await resolve_as_of(connection, parameters.as_known_at)
        question = parameters.build_filter(knowledge.as_known_at)
        results = await compute_accessibility(
            partial(execute, connection), question, periods, parameters.build_access()
        )
        names = {row.code: row.name for row in await connection.execute(select_group_names("country"))}
    clocks = {"datetime": format_days(question.days), "as_known_at": format_moment(knowledge.moment)}
    example = await fetch_example_notes(request)
    return await asyncio.to_thread(_build_response, request, parameters, clocks, results, names, shown, example)


def _build_response(
    request: Request,
    parameters: AccessibilityParameters,
    clocks: dict[str, str],
    results: list[CountryAccessibility],
    names: dict[str, str],
    shown: PageDay | None,
    example: list[str],
) -> Response:
    rows, weights = _build_rows(results, names, parameters.step), parameters.build_access().weights
    columns = [*([parameters.step, "as_on"] if parameters.step else []), "country", "country_name", *FIGURE_TAGS]
    if is_csv_requested(request):
        return build_csv_response(
            f"accessibility-{clocks['datetime'].replace('/', '-to-')}", COLUMN_TAGS, columns, rows, example
        )
    document = {
        "title": "Accessibility",
        **clocks,
        "population": parameters.population,
        "nationality": parameters.nationality,
        "direction": parameters.direction,
        "max_age": parameters.resolve_age_d(),
        "weights": {**weights.by_type, "conditional": weights.conditional},
        "numberReturned": len(results),
        "rows": [],
        "notes": [*example, *NOTES, NOTICE],
        "links": [
            *build_self_links(request, **clocks),
            build_csv_link(request, "These figures as CSV with HXL tags", clocks),
            {"rel": "describedby", "type": "application/json", "href": build_url(request, "/codes/passable")},
        ],
    }
    context = {"query": get_query_values(request), "shown": shown}
    return build_table_response(request, "analysis/accessibility.html", document, rows, columns=columns, **context)


def _split_periods(parameters: AccessibilityParameters, question: PointFilter) -> list[Period]:
    """Split the days of the query into steps. Raises BadParameters for more than `MAX_STEPS`."""
    periods = split_into_periods(question.days, parameters.step)
    if len(periods) > MAX_STEPS:
        reason = f"has more than {MAX_STEPS} of its {parameters.step}s: request fewer, or longer steps"
        raise BadParameters([{"parameter": "datetime", "value": format_days(question.days), "reason": reason}])
    return periods


def _build_rows(results: list[CountryAccessibility], names: dict[str, str], step: str | None) -> Iterator[Row]:
    for each in results:
        when = {step: each.label, "as_on": each.as_on} if step else {}
        figures = {name: getattr(each.figures, name) for name in FIGURE_TAGS}
        yield {**when, "country": each.country, "country_name": names[each.country], **figures}

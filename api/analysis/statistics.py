"""Counts and shares of points as tidy rows, by region, country, type, status, measure, population and time."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.analysis.periods import split_into_periods
from api.analysis.statistics_parameters import StatisticsParameters
from api.collections.registry import NOTICE
from api.database.as_of import AsOf, resolve_as_of
from api.database.prepared_statements import execute
from api.database.read_connections import open_limited_connection
from api.database.read_routing import DatabaseReader, RoutedReader
from api.http.heavy_work import acquire_series_slot
from api.parameters.errors import BadParameters
from api.parameters.operation import CSV, HTML, JSON, Operation
from api.parameters.page_day import PageDay, apply_page_day_pooled
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import build_query_parser
from api.responses.csv_response import build_csv_link, build_csv_response, build_table_response, is_csv_requested
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import build_self_links
from api.values.datetimes import format_days, format_moment
from models.analysis.counts import DailyCount, TooManyCounts, iterate_daily_counts
from models.analysis.statistics import (
    MAX_ROWS,
    STATE_GROUPS,
    Period,
    count_grouped_points,
    select_group_names,
    select_statistics_steps,
)
from models.queries.filters import PointFilter, create_statement_template
from models.tables.bitemporal import Days

router = APIRouter()
Row = dict[str, Any]
NAMED_GROUPS = ("region", "country")
SET_GROUPS = {"measure", "affected_population"}
# Groups that overlap: a point can be in several, so the total is not the sum of the groups.
OVERLAPPING_GROUPS = SET_GROUPS | {"region"}
COLUMN_TAGS = {
    "day": "#date+day",
    "week": "#date+week_start",
    "month": "#date+month_start",
    "as_on": "#date+reported",
    "region": "#region+code",
    "region_name": "#region+name",
    "country": "#adm0+code+v_iso3",
    "country_name": "#adm0+name",
    "poe_type": "#loc+type+code",
    "status_group": "#status+group+code",
    "measure": "#access+measure+code",
    "affected_population": "#affected+type+code",
    "points": "#indicator+num+points",
    "of_points": "#indicator+num+total",
    "share": "#indicator+share",
}
NOTES = (
    (
        "A row counts the points that are in all of its groups. `share` is their part of `of_points`, the points in "
        "all its groups except the last (not counting day, week and month)."
    ),
    (
        "If the last group is `status_group`, `measure` or `affected_population`, `of_points` counts the assessed "
        "points, as in IOM's shares. Points that were not assessed have no `status_group` and no share; by measure or "
        "population they are counted only if `status_group` is a group too."
    ),
    (
        "A point with several measures or populations counts in the row of each, so shares may add up to more than "
        "one; a point without them counts in the row of null."
    ),
    "Regions are the requested ones, or IOM's by default; a country counts in each of its regions of the day.",
    "A week (ISO 8601) or month is named by its first day and counted on its last day within `datetime`: `as_on`.",
)


class _PointCounts(NamedTuple):
    """Counts by period and groups, the totals of their shares, and the names of regions and countries by code."""

    periods: list[Period]
    counts: list[DailyCount]
    totals: list[DailyCount]
    names: dict[str, dict[str, str]]


@router.api_route("/statistics", methods=["GET", "HEAD"])
@Operation(
    "getStatistics",
    "Counts and shares of points",
    answer="Statistics",
    gives=(JSON, CSV, HTML),
)
async def get_statistics(
    request: Request,
    answers: RoutedReader,
    parameters: Annotated[StatisticsParameters, Depends(build_query_parser(StatisticsParameters))],
) -> Response:
    """Count points by the groups of the request."""
    parameters, shown = await apply_page_day_pooled(request, answers, parameters)
    days = parameters.build_filter(None).days
    periods = split_into_periods(days, parameters.step)
    async with acquire_series_slot(request, parameters.step):
        return await _compute_statistics(request, answers, parameters, periods, shown)


async def _compute_statistics(
    request: Request,
    answers: DatabaseReader,
    parameters: StatisticsParameters,
    periods: list[Period],
    shown: PageDay | None,
) -> Response:
    async with open_limited_connection(answers) as connection:
        await refuse_unknown_places(connection, parameters.country, parameters.region)
        knowledge = await resolve_as_of(connection, parameters.as_known_at)
        question = parameters.build_filter(knowledge.as_known_at)
        point_counts = await _count_points(connection, parameters, question, periods)
    example = await fetch_example_notes(request)
    return await asyncio.to_thread(
        _build_response, request, parameters, question, knowledge, point_counts, example, shown
    )


def _build_response(
    request: Request,
    parameters: StatisticsParameters,
    question: PointFilter,
    knowledge: AsOf,
    point_counts: _PointCounts,
    example: list[str],
    shown: PageDay | None,
) -> Response:
    rows = _build_rows(parameters, point_counts)
    clocks = {"datetime": format_days(question.days), "as_known_at": format_moment(knowledge.moment)}
    columns = list(_list_columns(parameters))
    if is_csv_requested(request):
        name = f"statistics-{'-'.join(parameters.group_by)}-{clocks['datetime'].replace('/', '-to-')}"
        return build_csv_response(name, COLUMN_TAGS, columns, rows, example)
    document = {
        "title": "Statistics",
        **clocks,
        "group_by": list(parameters.group_by),
        "is_poe": question.is_poe,
        "numberReturned": len(point_counts.counts),
        "rows": [],
        "notes": [*example, *NOTES, NOTICE],
        "links": [
            *build_self_links(request, **clocks),
            build_csv_link(request, "These statistics as CSV with HXL tags", clocks),
        ],
    }
    return build_table_response(request, "analysis/statistics.html", document, rows, columns=columns, shown=shown)


async def _count_points(
    connection: AsyncConnection, parameters: StatisticsParameters, question: PointFilter, periods: list[Period]
) -> _PointCounts:
    """Count the points. Raises BadParameters for too many rows, before it builds them."""
    *before, last = parameters.groups or (None,)
    groups = tuple(filter(None, before))
    assessed = bool(SET_GROUPS & {*groups, last}) and "status_group" not in parameters.groups
    try:
        counts = await _fetch_counts(connection, question, parameters.groups, periods, assessed=assessed)
        totals = counts
        if last in OVERLAPPING_GROUPS:
            of_all = assessed or last in STATE_GROUPS
            totals = await _fetch_counts(connection, question, groups, periods, assessed=of_all)
    except TooManyCounts as many:
        raise _build_too_many_rows(parameters, many.counts) from None
    names = {group: await _fetch_names(connection, group) for group in NAMED_GROUPS if group in parameters.groups}
    return _PointCounts(periods, counts, totals, names)


def _build_too_many_rows(parameters: StatisticsParameters, rows: int) -> BadParameters:
    groups = ",".join(parameters.group_by)
    reason = f"makes at least {rows:,} rows; the maximum is {MAX_ROWS:,}: request fewer groups, days or places"
    return BadParameters([{"parameter": "group_by", "value": groups, "reason": reason}])


async def _fetch_counts(
    connection: AsyncConnection,
    question: PointFilter,
    groups: tuple[str, ...],
    periods: list[Period],
    *,
    assessed: bool,
) -> list[DailyCount]:
    """Fetch the counts by period and groups. Raises TooManyCounts."""
    if len(periods) == 1:
        of_period = replace(question, days=periods[0].days)
        rows = (
            await execute(connection, *create_statement_template(count_grouped_points, of_period, groups, assessed))
        ).all()
        if len(rows) > MAX_ROWS:
            raise TooManyCounts(len(rows))
        return [DailyCount(0, tuple(key), points) for *key, points in rows]
    days = [period.days.last for period in periods]
    statement, values = create_statement_template(
        select_statistics_steps, replace(question, days=Days(days[0], days[-1])), groups, assessed
    )
    steps = (await execute(connection, statement, values | {"days": days})).all()
    return await asyncio.to_thread(lambda: list(iterate_daily_counts(steps, len(days), MAX_ROWS)))


def _build_rows(parameters: StatisticsParameters, point_counts: _PointCounts) -> Iterator[Row]:
    """Build the rows, with names beside codes and with shares, by column in the order of the columns."""
    columns, groups, last = list(_list_columns(parameters)), parameters.groups, parameters.groups[-1:]
    step = parameters.step or ""
    of: Counter[tuple[Any, ...]] = Counter()
    for count in point_counts.totals:
        key = dict(zip(groups, count.key, strict=False))
        if last != ("status_group",) or key["status_group"] is not None:
            of[count.place, *count.key[: len(groups[:-1])]] += count.points
    for count in point_counts.counts:
        period, key = point_counts.periods[count.place], dict(zip(groups, count.key, strict=True))
        of_points = of[count.place, *count.key[:-1]]
        # No share where nobody assessed the points: their status on the day is unknown.
        is_unknown = last == ("status_group",) and key["status_group"] is None
        share = None if is_unknown or not of_points else round(count.points / of_points, 4)
        names = {f"{group}_name": codes.get(key[group]) for group, codes in point_counts.names.items()}
        when = {step: period.label, "as_on": period.days.last}
        row = {**key, **names, **when, "points": count.points, "of_points": of_points, "share": share}
        yield {column: row[column] for column in columns}


def _list_columns(parameters: StatisticsParameters) -> Iterator[str]:
    for group in parameters.group_by:
        yield group
        if group in NAMED_GROUPS:
            yield f"{group}_name"
    if parameters.step:
        yield "as_on"
    yield from ("points", "of_points", "share")


async def _fetch_names(connection: AsyncConnection, group: str) -> dict[str, str]:
    return {row.code: row.name for row in await connection.execute(select_group_names(group))}

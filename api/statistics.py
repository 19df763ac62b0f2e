"""Counts and shares of points as tidy rows, by region, country, type, status, measure, population and time."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import Answering, Answers
from api.bad_parameters import BadParameters
from api.collections import NOTICE
from api.example_notice import example_notes
from api.knowledge import Knowledge, knowledge_at
from api.page_day import PageDay, on_page_day_of
from api.parameters import parsed
from api.places import refuse_unknown_places
from api.prepared import execute
from api.representation import self_links
from api.server.heavy_work import slot_for_series
from api.server.limited_reading import limited_reading
from api.statistics_parameters import StatisticsParameters
from api.statistics_periods import periods_of
from api.tidy_rows import csv_answer, csv_link, tidy_answer, wants_csv
from api.time_parameters import days_text, moment_text
from models.analysis.counts import Count, TooManyCounts, counts_by_day
from models.analysis.statistics_by_day import steps_counted
from models.question import Question, shaped
from models.statistics import MOST_ROWS, OF_THE_DAY, Period, names_of, points_counted
from models.time_axes import Days

router = APIRouter()
Row = dict[str, Any]
NAMED = ("region", "country")
OF_SETS = {"measure", "affected_population"}
# Groups that overlap: a point can be in several, so the total is not the sum of the groups.
OVERLAPPING = OF_SETS | {"region"}
HXL = {
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
        "A row counts the points that are in all of its groups. `share` is their part of `of_points`: of the points "
        "in all its groups but the last one (day, week and month aside)."
    ),
    (
        "Where the last group is `status_group`, `measure` or `affected_population`, `of_points` are those that were "
        "assessed, as in IOM's shares. Points that were not assessed have no `status_group` and no share; by measure "
        "or population they are counted only if `status_group` is a group too."
    ),
    (
        "A point with several measures or populations counts in the row of each, so that shares may add up to more "
        "than one; a point without any, in the row of null."
    ),
    "Regions are those asked for, else IOM's; a country counts in each of its regions of the day.",
    "A week (ISO 8601) or month is named by its first day and counted on its last day within `datetime`: `as_on`.",
)


class _Counted(NamedTuple):
    """Counts by period and groups, the totals of their shares, and the names of regions and countries by code."""

    periods: list[Period]
    counts: list[Count]
    totals: list[Count]
    names: dict[str, dict[str, str]]


@router.api_route("/statistics", methods=["GET", "HEAD"])
async def read_statistics(
    request: Request,
    answers: Answering,
    parameters: Annotated[StatisticsParameters, Depends(parsed(StatisticsParameters))],
) -> Response:
    """Count points by the groups of the request."""
    parameters, shown = await on_page_day_of(request, answers, parameters)
    days = parameters.question(None).days
    periods = periods_of(days, parameters.step)
    async with slot_for_series(request, parameters.step):
        return await _statistics(request, answers, parameters, periods, shown)


async def _statistics(
    request: Request,
    answers: Answers,
    parameters: StatisticsParameters,
    periods: list[Period],
    shown: PageDay | None,
) -> Response:
    async with limited_reading(answers) as connection:
        await refuse_unknown_places(connection, parameters.country, parameters.region)
        knowledge = await knowledge_at(connection, parameters.as_known_at)
        question = parameters.question(knowledge.as_known_at)
        point_counts = await _counted(connection, parameters, question, periods)
    example = await example_notes(request)
    return await asyncio.to_thread(_response, request, parameters, question, knowledge, point_counts, example, shown)


def _response(
    request: Request,
    parameters: StatisticsParameters,
    question: Question,
    knowledge: Knowledge,
    point_counts: _Counted,
    example: list[str],
    shown: PageDay | None,
) -> Response:
    rows = _rows(parameters, point_counts)
    clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
    columns = list(_columns(parameters))
    if wants_csv(request):
        name = f"statistics-{'-'.join(parameters.group_by)}-{clocks['datetime'].replace('/', '-to-')}"
        return csv_answer(name, HXL, columns, rows, example)
    document = {
        "title": "Statistics",
        **clocks,
        "group_by": list(parameters.group_by),
        "is_poe": question.is_poe,
        "numberReturned": len(point_counts.counts),
        "rows": [],
        "notes": [*example, *NOTES, NOTICE],
        "links": [*self_links(request, **clocks), csv_link(request, "These statistics as CSV with HXL tags", clocks)],
    }
    return tidy_answer(request, "statistics.html", document, rows, columns=columns, shown=shown)


async def _counted(
    connection: AsyncConnection, parameters: StatisticsParameters, question: Question, periods: list[Period]
) -> _Counted:
    """Count the points. Raises BadParameters for too many rows, before it builds them."""
    *before, last = parameters.groups or (None,)
    groups = tuple(filter(None, before))
    assessed = bool(OF_SETS & {*groups, last}) and "status_group" not in parameters.groups
    try:
        counts = await _counts(connection, question, parameters.groups, periods, assessed=assessed)
        totals = counts
        if last in OVERLAPPING:
            of_all = assessed or last in OF_THE_DAY
            totals = await _counts(connection, question, groups, periods, assessed=of_all)
    except TooManyCounts as many:
        raise _too_many_rows(parameters, many.counts) from None
    names = {group: await _names(connection, group) for group in NAMED if group in parameters.groups}
    return _Counted(periods, counts, totals, names)


def _too_many_rows(parameters: StatisticsParameters, rows: int) -> BadParameters:
    groups = ",".join(parameters.group_by)
    reason = f"makes at least {rows:,} rows, and {MOST_ROWS:,} are the most: ask for fewer groups, days or places"
    return BadParameters([{"parameter": "group_by", "value": groups, "reason": reason}])


async def _counts(
    connection: AsyncConnection, question: Question, groups: tuple[str, ...], periods: list[Period], *, assessed: bool
) -> list[Count]:
    """Fetch the counts by period and groups. Raises TooManyCounts."""
    if len(periods) == 1:
        of_period = replace(question, days=periods[0].days)
        rows = (await execute(connection, *shaped(points_counted, of_period, groups, assessed))).all()
        if len(rows) > MOST_ROWS:
            raise TooManyCounts(len(rows))
        return [Count(0, tuple(key), points) for *key, points in rows]
    days = [period.days.last for period in periods]
    statement, values = shaped(steps_counted, replace(question, days=Days(days[0], days[-1])), groups, assessed)
    steps = (await execute(connection, statement, values | {"days": days})).all()
    return await asyncio.to_thread(lambda: list(counts_by_day(steps, len(days), MOST_ROWS)))


def _rows(parameters: StatisticsParameters, point_counts: _Counted) -> Iterator[Row]:
    """Build the rows, with names beside codes and with shares, by column in the order of the columns."""
    columns, groups, last = list(_columns(parameters)), parameters.groups, parameters.groups[-1:]
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


def _columns(parameters: StatisticsParameters) -> Iterator[str]:
    for group in parameters.group_by:
        yield group
        if group in NAMED:
            yield f"{group}_name"
    if parameters.step:
        yield "as_on"
    yield from ("points", "of_points", "share")


async def _names(connection: AsyncConnection, group: str) -> dict[str, str]:
    return {row.code: row.name for row in await connection.execute(names_of(group))}

"""Counts and shares of points, as tidy rows: by region, country, type, status, measure, population and time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import NOTICE
from api.connection import Reading
from api.knowledge import knowledge_at
from api.parameters import BadParameters, parsed
from api.places import refuse_unknown_places
from api.representation import answer, self_links
from api.statistics_parameters import StatisticsParameters
from api.statistics_periods import periods_of
from api.tidy_rows import csv_answer, csv_link, wants_csv
from api.time_parameters import days_text, moment_text
from models.question import Question, asked
from models.statistics import MOST_ROWS, OF_THE_DAY, Period, names_of, points_counted

router = APIRouter()
Row = dict[str, Any]
NAMED = ("region", "country")
OF_SETS = {"measure", "affected_population"}
# Groups of which a point can be in several: the points in all of them are not the sum of those in each.
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


@router.api_route("/statistics", methods=["GET", "HEAD"])
async def read_statistics(
    request: Request,
    connection: Reading,
    parameters: Annotated[StatisticsParameters, Depends(parsed(StatisticsParameters))],
) -> Response:
    """Points counted by the groups asked for."""
    await refuse_unknown_places(connection, parameters.country, parameters.region)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    question = parameters.question(knowledge.as_known_at)
    rows = await _rows(connection, parameters, question)
    clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
    columns = list(_columns(parameters))
    if wants_csv(request):
        name = f"statistics-{'-'.join(parameters.group_by)}-{clocks['datetime'].replace('/', '-to-')}"
        return csv_answer(name, HXL, columns, rows)
    document = {
        "title": "Statistics",
        **clocks,
        "group_by": list(parameters.group_by),
        "is_poe": question.is_poe,
        "numberReturned": len(rows),
        "rows": [{name: row[name] for name in columns} for row in rows],
        "notes": [*NOTES, NOTICE],
        "links": [*self_links(request, **clocks), csv_link(request, "These statistics as CSV with HXL tags", clocks)],
    }
    return answer(request, "statistics.html", jsonable_encoder(document), columns=columns)


async def _rows(connection: AsyncConnection, parameters: StatisticsParameters, question: Question) -> list[Row]:
    """One for each combination of groups that some point is in. Raises BadParameters where there are too many."""
    periods = periods_of(question.days, parameters.step)
    *before, last = parameters.groups or (None,)
    groups = tuple(filter(None, before))
    assessed = bool(OF_SETS & {*groups, last}) and "status_group" not in parameters.groups
    rows = await _counted(connection, question, parameters.groups, periods, assessed=assessed)
    if len(rows) > MOST_ROWS:
        reason = f"makes more than {MOST_ROWS:,} rows: ask for fewer groups, days or places"
        raise BadParameters([{"parameter": "group_by", "value": ",".join(parameters.group_by), "reason": reason}])
    if last in OVERLAPPING:
        totals = await _counted(connection, question, groups, periods, assessed=assessed or last in OF_THE_DAY)
    else:
        totals = [row for row in rows if last != "status_group" or row["status_group"] is not None]
    of: Counter[tuple[Any, ...]] = Counter()
    for row in totals:
        of[_key(row, groups)] += row["points"]
    named = {group: await _names(connection, group) for group in NAMED if group in parameters.groups}
    return [_told(row, parameters, of[_key(row, groups)], named) for row in rows]


async def _counted(
    connection: AsyncConnection, question: Question, groups: tuple[str, ...], periods: list[Period], *, assessed: bool
) -> list[Row]:
    lists = {
        "labels": [period.label for period in periods],
        "firsts": [period.days.first for period in periods],
        "lasts": [period.days.last for period in periods],
    }
    statement, values = asked(points_counted, question, groups, assessed)
    return [dict(row) for row in (await connection.execute(statement, values | lists)).mappings()]


def _key(row: Row, groups: Iterable[str]) -> tuple[Any, ...]:
    return (row["label"], *(row[group] for group in groups))


def _told(row: Row, parameters: StatisticsParameters, of_points: int, named: dict[str, dict[str, str]]) -> Row:
    """The row with names beside codes and its share; none where nobody assessed, and nothing is known of the day."""
    is_unknown = parameters.groups[-1:] == ("status_group",) and row["status_group"] is None
    share = None if is_unknown or not of_points else round(row["points"] / of_points, 4)
    names = {f"{group}_name": codes.get(row[group]) for group, codes in named.items()}
    step = {parameters.step: row["label"]} if parameters.step else {}
    return {**row, **names, **step, "of_points": of_points, "share": share}


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

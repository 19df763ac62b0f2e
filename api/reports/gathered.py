"""Figures of a report: run the statements, add up their rows, and check the sums."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from fastapi.encoders import jsonable_encoder
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.reports.asked import Area, ReportDays, week_ends_on
from api.same_moment import asked_at_once
from api.stale_after import stale_until
from api.time_parameters import moment_text
from models.example_data import EXAMPLE_OFFICE
from models.freshness import reporting_week
from models.point_answers import points_answering
from models.question import Question, asked
from models.report.between import levels, moves, weekly
from models.report.counted import PARTS, points_grouped
from models.report.figures import POE_TYPES, day_figures
from models.report.places import countries_told, iom_members, label_of_region, sources_numbered, sources_of_levels
from models.report.sums import sums_of
from models.report.tally import Figures, with_changes
from models.report.weeks import weeks_counted
from models.time_axes import Days

WEEKS = 26
A_WEEK = dt.timedelta(days=7)
# A report lists at most this many points; it has their total, and a link to all of them.
MOST_LISTED = 500
MOST_CHANGES = 150
LISTED = (
    *("code", "name", "poe_type", "is_poe", "admin1_name", "other_country", "assessed", "operational_status"),
    *("measures", "valid_from", "last_assessed"),
)
TOLD_OF_SOURCES = ("code", "name", "url", "licence", "attribution")
EXAMPLE_SOURCE, SHAPES_SOURCE = f"office-{EXAMPLE_OFFICE}", "naturalearth"
Rows = Sequence[Mapping[str, Any]]


async def gathered(
    connection: AsyncConnection,
    area: Area,
    days: ReportDays,
    knowledge: tuple[dt.datetime, dt.datetime | None],
    published: Figures | None = None,
) -> Figures:
    """Compute the figures of the report, by code. Changes are relative to `published`, the previous edition's figures.

    Without them the compared day is computed, as of the same moment. `knowledge` is the moment, and the `as_known_at`
    of the filter (api/knowledge.py).
    """
    moment, as_known_at = knowledge
    question = area.question(Days(days.compare or days.on, days.on), as_known_at)
    members = await _rows(connection, iom_members(question))
    regions = {row["region"]: row["label"] for row in members} if area.level == "global" else {}
    (parts, day), before, weeks = await asked_at_once(
        connection,
        partial(_day, question=question, regions=list(regions), most_changes=MOST_CHANGES if days.compare else None),
        partial(_before, question=question, regions=list(regions), days=days, published=published),
        partial(_weeks, question=question),
    )
    countries = await _rows(connection, countries_told(question))
    figures = {
        "level": area.level,
        "area": area.code,
        "area_label": await _label(connection, area),
        "on": days.on.isoformat(),
        "compare": days.compare.isoformat() if days.compare else None,
        "known_at": moment_text(moment),
        "week_begins": reporting_week(days.on, week_ends_on()).first.isoformat(),
        "day": with_changes(day, before),
        "before": {name: before[name] for name in ("total", "types", "countries_covered")} if before else None,
        "moves": moves(parts["moves"]) if days.compare else None,
        "weeks": weeks,
        "levels": levels(countries, published["levels"] if published else None),
        "changed": _changed(parts) if days.compare else None,
        "points": await _points(connection, question) if area.level == "country" else None,
        "names": {row["iso3"]: _named(row) for row in countries},
        "regions": regions,
        "notes": [dict(row) for row in members if row["note"] and _is_told(row, area)],
        **await _sources(connection, question, parts, day),
    }
    sums = sums_of(figures)
    figures["sums"] = {"made": len(sums), "failed": [one._asdict() for one in sums if not one.holds]}
    encoded: Figures = jsonable_encoder(figures)
    return encoded


async def _label(connection: AsyncConnection, area: Area) -> str | None:
    if area.level != "region" or area.code is None:
        return None
    label: str = (await connection.execute(label_of_region(area.code))).scalar_one()
    return label


async def _rows(connection: AsyncConnection, statement: Any, values: dict[str, Any] | None = None) -> Rows:  # noqa: ANN401
    return [dict(row) for row in (await connection.execute(statement, values or {})).mappings()]


async def _day(
    connection: AsyncConnection, question: Question, regions: Sequence[str], *, most_changes: int | None
) -> tuple[dict[str, list[Mapping[str, Any]]], Figures]:
    """Return the counts of the last of the days, by part, and the figures computed from them.

    A thread adds up: for a hundred thousand points this takes long enough to delay small requests.
    """
    statement, values = asked(points_grouped, question, most_changes)
    week_begins = reporting_week(question.days.last, week_ends_on()).first
    parts: dict[str, list[Mapping[str, Any]]] = {name: [] for name in (*PARTS, "changed")}
    for row in await _rows(connection, statement, values | {"week_begins": week_begins}):
        parts[row["part"]].append(row)
    region_of: dict[str, list[str]] = {}
    for row in await _rows(connection, iom_members(question)):
        region_of.setdefault(row["iso3"], []).append(row["region"])
    return parts, await asyncio.to_thread(day_figures, parts, region_of, regions)


async def _before(
    connection: AsyncConnection,
    question: Question,
    regions: Sequence[str],
    days: ReportDays,
    published: Figures | None,
) -> Figures | None:
    """Return the figures that changes are relative to; None if there is no compared day."""
    if published is not None or days.compare is None:
        return published and published["day"]
    first = replace(question, days=Days.on(days.compare))
    _, figures = await _day(connection, first, regions, most_changes=None)
    return figures


async def _weeks(connection: AsyncConnection, question: Question) -> list[Figures]:
    on = question.days.last
    days = [on - A_WEEK * back for back in reversed(range(WEEKS))]
    rows = await _rows(connection, *asked(weeks_counted, replace(question, days=Days(days[0], on))))
    return weekly(rows, days)


def _changed(parts: Mapping[str, Rows]) -> Figures:
    """Return how many points of entry changed since the compared day, and the first of them."""
    points = sum(row["points"] for row in parts["changes"] if row["is_changed"])
    return {"points": points, "listed": [row["listed"] for row in parts["changed"]]}


async def _points(connection: AsyncConnection, question: Question) -> Figures:
    on = replace(question, days=Days.on(question.days.last))
    rows = await _rows(connection, *asked(_points_listed, on))
    return {
        "points": rows[0]["matched"] if rows else 0,
        "stale_until": stale_until(question.days.last),
        "listed": [{name: row[name] for name in LISTED} for row in rows],
    }


def _points_listed(question: Question) -> Any:  # noqa: ANN401 - a statement
    point = points_answering(question).subquery("point")
    columns = (*(point.c[name] for name in LISTED), func.count().over().label("matched"))
    return select(*columns).order_by(point.c.is_poe.desc(), point.c.poe_type, point.c.code).limit(MOST_LISTED)


def _named(row: Mapping[str, Any]) -> Figures:
    names = {name: row[name] for name in ("name", "name_fr", "name_es", "display_name", "wording_note") if row[name]}
    return names | {name: row[name] for name in ("international_travel", "internal_movement")}


def _is_told(member: Mapping[str, Any], area: Area) -> bool:
    return area.level == "global" or area.code in {member["region"], member["iso3"]}


async def _sources(connection: AsyncConnection, question: Question, parts: Mapping[str, Rows], day: Figures) -> Figures:
    """Return the sources of the report, with counts for each; sources of assessments get their names.

    `points` counts points by the source of their status, `register` by the source of their entry in the register, and
    `levels` counts levels of countries. The source of the shapes of countries is always included.
    """
    numbered = {row["id"]: row for row in await _rows(connection, sources_numbered())}
    counts = {number: {"points": 0, "register": 0, "levels": 0} for number in numbered}
    for part, column, name in (("sources", "source", "points"), ("register", "register_source", "register")):
        for row in parts[part]:
            if row[column] is not None and row["poe_type"] in POE_TYPES:
                counts[row[column]][name] += row["points"]
    for row in await _rows(connection, sources_of_levels(question)):
        counts[row["source"]]["levels"] += row["levels"]
    listed = [
        {name: source[name] for name in TOLD_OF_SOURCES} | counts[number]
        for number, source in numbered.items()
        if any(counts[number].values()) or source["code"] == SHAPES_SOURCE
    ]
    for assessor in day["freshness"]["assessors"]:
        source = numbered[assessor.pop("source")]
        assessor |= {"code": source["code"], "name": source["name"]}
    day["freshness"]["assessors"].sort(key=lambda assessor: (-assessor["due"], assessor["code"]))
    return {"sources": listed, "example_points": sum(one["points"] for one in listed if one["code"] == EXAMPLE_SOURCE)}

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

from api.database.read_connections import run_concurrently
from api.reports.parameters import Area, ReportDays, get_week_end
from api.responses.stale_after import compute_stale_until
from api.values.datetimes import format_moment
from models.queries.due_points import find_reporting_week
from models.queries.example_data import EXAMPLE_OFFICE
from models.queries.filters import PointFilter, build_cached_statement
from models.queries.points import select_points
from models.report.counts import GROUPING_SETS, count_points_by_group, select_weekly_steps
from models.report.figures import POE_TYPES, build_day_figures
from models.report.places import (
    select_area_countries,
    select_iom_members,
    select_level_sources,
    select_numbered_sources,
    select_region_label,
)
from models.report.reconciliation import list_sum_checks
from models.report.status_counts import Figures, add_changes
from models.report.transitions import build_level_figures, build_weekly_figures, count_moves
from models.tables.bitemporal import Days

WEEKS = 26
WEEK = dt.timedelta(days=7)
# A report lists at most this many points; it has their total, and a link to all of them.
MAX_POINTS = 500
MAX_CHANGES = 150
POINT_COLUMNS = (
    *("code", "name", "poe_type", "is_poe", "admin1_name", "other_country", "assessed", "operational_status"),
    *("measures", "valid_from", "last_assessed"),
)
SOURCE_COLUMNS = ("code", "name", "url", "licence", "attribution")
EXAMPLE_SOURCE, SHAPES_SOURCE = f"office-{EXAMPLE_OFFICE}", "naturalearth"
Rows = Sequence[Mapping[str, Any]]


async def compute_figures(
    connection: AsyncConnection,
    area: Area,
    days: ReportDays,
    knowledge: tuple[dt.datetime, dt.datetime | None],
    published: Figures | None = None,
) -> Figures:
    """Compute the figures of the report, by code. Changes are relative to `published`, the previous edition's figures.

    Without them the compared day is computed, as of the same moment. `knowledge` is the moment, and the `as_known_at`
    of the filter (api/database/as_of.py).
    """
    moment, as_known_at = knowledge
    question = area.build_filter(Days(days.compare or days.on, days.on), as_known_at)
    members = await _fetch_rows(connection, select_iom_members(question))
    regions = {row["region"]: row["label"] for row in members} if area.level == "global" else {}
    (parts, day), before, weeks = await run_concurrently(
        connection,
        partial(
            _compute_day, question=question, regions=list(regions), most_changes=MAX_CHANGES if days.compare else None
        ),
        partial(_compute_compared_day, question=question, regions=list(regions), days=days, published=published),
        partial(_compute_weeks, question=question),
    )
    countries = await _fetch_rows(connection, select_area_countries(question))
    figures = {
        "level": area.level,
        "area": area.code,
        "area_label": await _fetch_region_label(connection, area),
        "on": days.on.isoformat(),
        "compare": days.compare.isoformat() if days.compare else None,
        "known_at": format_moment(moment),
        "week_begins": find_reporting_week(days.on, get_week_end()).first.isoformat(),
        "day": add_changes(day, before),
        "before": {name: before[name] for name in ("total", "types", "countries_covered")} if before else None,
        "moves": count_moves(parts["moves"]) if days.compare else None,
        "weeks": weeks,
        "levels": build_level_figures(countries, published["levels"] if published else None),
        "changed": _summarize_changes(parts) if days.compare else None,
        "points": await _fetch_points(connection, question) if area.level == "country" else None,
        "names": {row["iso3"]: _build_country_names(row) for row in countries},
        "regions": regions,
        "notes": [dict(row) for row in members if row["note"] and _has_note_for(row, area)],
        **await _fetch_sources(connection, question, parts, day),
    }
    sums = list_sum_checks(figures)
    figures["sums"] = {"made": len(sums), "failed": [one._asdict() for one in sums if not one.holds]}
    encoded: Figures = jsonable_encoder(figures)
    return encoded


async def _fetch_region_label(connection: AsyncConnection, area: Area) -> str | None:
    if area.level != "region" or area.code is None:
        return None
    label: str = (await connection.execute(select_region_label(area.code))).scalar_one()
    return label


async def _fetch_rows(connection: AsyncConnection, statement: Any, values: dict[str, Any] | None = None) -> Rows:  # noqa: ANN401
    return [dict(row) for row in (await connection.execute(statement, values or {})).mappings()]


async def _compute_day(
    connection: AsyncConnection, question: PointFilter, regions: Sequence[str], *, most_changes: int | None
) -> tuple[dict[str, list[Mapping[str, Any]]], Figures]:
    """Return the counts of the last of the days, by part, and the figures computed from them.

    A thread adds up: for a hundred thousand points this takes long enough to delay small requests.
    """
    statement, values = build_cached_statement(count_points_by_group, question, most_changes)
    week_begins = find_reporting_week(question.days.last, get_week_end()).first
    parts: dict[str, list[Mapping[str, Any]]] = {name: [] for name in (*GROUPING_SETS, "changed")}
    for row in await _fetch_rows(connection, statement, values | {"week_begins": week_begins}):
        parts[row["part"]].append(row)
    region_of: dict[str, list[str]] = {}
    for row in await _fetch_rows(connection, select_iom_members(question)):
        region_of.setdefault(row["iso3"], []).append(row["region"])
    return parts, await asyncio.to_thread(build_day_figures, parts, region_of, regions)


async def _compute_compared_day(
    connection: AsyncConnection,
    question: PointFilter,
    regions: Sequence[str],
    days: ReportDays,
    published: Figures | None,
) -> Figures | None:
    """Return the figures that changes are relative to; None if there is no compared day."""
    if published is not None or days.compare is None:
        return published and published["day"]
    first = replace(question, days=Days.on(days.compare))
    _, figures = await _compute_day(connection, first, regions, most_changes=None)
    return figures


async def _compute_weeks(connection: AsyncConnection, question: PointFilter) -> list[Figures]:
    on = question.days.last
    days = [on - WEEK * back for back in reversed(range(WEEKS))]
    rows = await _fetch_rows(
        connection, *build_cached_statement(select_weekly_steps, replace(question, days=Days(days[0], on)))
    )
    return build_weekly_figures(rows, days)


def _summarize_changes(parts: Mapping[str, Rows]) -> Figures:
    """Return how many points of entry changed since the compared day, and the first of them."""
    points = sum(row["points"] for row in parts["changes"] if row["is_changed"])
    return {"points": points, "listed": [row["listed"] for row in parts["changed"]]}


async def _fetch_points(connection: AsyncConnection, question: PointFilter) -> Figures:
    on = replace(question, days=Days.on(question.days.last))
    rows = await _fetch_rows(connection, *build_cached_statement(_select_points, on))
    return {
        "points": rows[0]["matched"] if rows else 0,
        "stale_until": compute_stale_until(question.days.last),
        "listed": [{name: row[name] for name in POINT_COLUMNS} for row in rows],
    }


def _select_points(question: PointFilter) -> Any:  # noqa: ANN401 - a statement
    point = select_points(question).subquery("point")
    columns = (*(point.c[name] for name in POINT_COLUMNS), func.count().over().label("matched"))
    return select(*columns).order_by(point.c.is_poe.desc(), point.c.poe_type, point.c.code).limit(MAX_POINTS)


def _build_country_names(row: Mapping[str, Any]) -> Figures:
    names = {name: row[name] for name in ("name", "name_fr", "name_es", "display_name", "wording_note") if row[name]}
    return names | {name: row[name] for name in ("international_travel", "internal_movement")}


def _has_note_for(member: Mapping[str, Any], area: Area) -> bool:
    return area.level == "global" or area.code in {member["region"], member["iso3"]}


async def _fetch_sources(
    connection: AsyncConnection, question: PointFilter, parts: Mapping[str, Rows], day: Figures
) -> Figures:
    """Return the sources of the report, with counts for each; sources of assessments get their names.

    `points` counts points by the source of their status, `register` by the source of their entry in the register, and
    `levels` counts levels of countries. The source of the shapes of countries is always included.
    """
    numbered = {row["id"]: row for row in await _fetch_rows(connection, select_numbered_sources())}
    counts = {number: {"points": 0, "register": 0, "levels": 0} for number in numbered}
    for part, column, name in (("sources", "source", "points"), ("register", "register_source", "register")):
        for row in parts[part]:
            if row[column] is not None and row["poe_type"] in POE_TYPES:
                counts[row[column]][name] += row["points"]
    for row in await _fetch_rows(connection, select_level_sources(question)):
        counts[row["source"]]["levels"] += row["levels"]
    listed = [
        {name: source[name] for name in SOURCE_COLUMNS} | counts[number]
        for number, source in numbered.items()
        if any(counts[number].values()) or source["code"] == SHAPES_SOURCE
    ]
    for assessor in day["freshness"]["assessors"]:
        source = numbered[assessor.pop("source")]
        assessor |= {"code": source["code"], "name": source["name"]}
    day["freshness"]["assessors"].sort(key=lambda assessor: (-assessor["due"], assessor["code"]))
    return {"sources": listed, "example_points": sum(one["points"] for one in listed if one["code"] == EXAMPLE_SOURCE)}

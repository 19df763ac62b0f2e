"""Lookup of points by the codes that people write, with their names for suggestions."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from models.tables.bitemporal import Days, is_current, select_latest
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.restriction import Restriction
from models.tables.revision import select_latest_revision

version = PointOfEntryVersion
PRINTED_UNLOCODE = re.compile("[A-Z]{2} [A-Z0-9]{3}")
Successor = aliased(PointOfEntry)
Statement = Select[*tuple[Any, ...]]


def select_points_by_code(names: Sequence[str]) -> Statement:
    """Select the current points with a code, or an IATA, ICAO or UN/LOCODE code, among the names: `point_id`, `code`,
    `name`, `iso3`, `poe_type`, `lifecycle`, `valid_during`, the codes, the `opening_hours`, and the code of its
    `successor`.

    Names are compared in upper case, and a UN/LOCODE also as printed, `NL HRB`. A point with several versions has
    several rows.
    """
    wanted = {form for name in names for form in (name.upper(), normalize_unlocode(name))}
    return (
        _select_point_columns()
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .where(version.id.in_(_select_versions(wanted)))
        .order_by(PointOfEntry.id, func.lower(version.valid_during))
    )


def normalize_unlocode(name: str) -> str:
    """Return the name in upper case, without the space that UN/LOCODE writes between country and place."""
    upper = name.upper()
    return upper.replace(" ", "") if PRINTED_UNLOCODE.fullmatch(upper) else upper


def _select_versions(names: Iterable[str]) -> CompoundSelect[int]:
    """Select the current versions that have one of the names as a code.

    Each kind of code has its own subquery, so that its index is used. As one condition, and with a plan for any names,
    each of an office's 10,000 points was compared with each of its 10,000 names: a second of every update after the
    fifth.
    """
    of_points = select(version.id).join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
    by_code = of_points.where(PointOfEntry.code == _match_any(names, Text))
    by_others = (
        select(version.id).where(column == _match_any((name for name in names if len(name) == length), Text))
        for column, length in ((version.iata, 3), (version.icao, 4), (version.unlocode, 5))
    )
    return union(*(each.where(is_current(version.recorded_during, None)) for each in (by_code, *by_others)))


def select_country_points(iso3s: Sequence[str]) -> Statement:
    """Select all points of the countries, with the columns of `select_points_by_code`."""
    return (
        _select_point_columns()
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .where(is_current(version.recorded_during, None), version.iso3 == _match_any(iso3s, Text))
        .order_by(PointOfEntry.id, func.lower(version.valid_during))
    )


def select_point_names() -> Statement:
    """Select `code` and `name` of all points that are, or were, listed, by the current versions."""
    return (
        select(PointOfEntry.code, version.name)
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .where(is_current(version.recorded_during, None), version.lifecycle != "proposed")
    )


def _select_point_columns() -> Statement:
    return select(
        PointOfEntry.id.label("point_id"),
        PointOfEntry.code,
        version.name,
        version.iso3,
        version.poe_type,
        version.lifecycle,
        version.valid_during,
        version.iata,
        version.icao,
        version.unlocode,
        version.municipality,
        version.opening_hours,
        select(Successor.code).where(Successor.id == version.successor_id).scalar_subquery().label("successor"),
    )


def select_restriction_days(points: Sequence[int], since: dt.date) -> CompoundSelect[*tuple[Any, ...]]:
    """Select `point_id`, `first` and `end` (null: open) of the days, on `since` or later, with a current restriction;
    perhaps also of the last days before.

    Read no more of the history of a point: for an office's 10,000 points, the whole history was 600,000 records.
    """
    days = (func.lower(Restriction.valid_during).label("first"), func.upper(Restriction.valid_during).label("end"))
    later = select(Restriction.point_of_entry_id.label("point_id"), *days).where(
        Restriction.point_of_entry_id == _match_any(points, BigInteger),
        is_current(Restriction.recorded_during, None),
        func.lower(Restriction.valid_during) > since,
    )
    point_list = func.unnest(cast(list(points), ARRAY(BigInteger))).table_valued("point").render_derived(name="asked")
    records = select(*days).where(Restriction.point_of_entry_id == point_list.c.point)
    last = select_latest(records, Restriction, Days.on(since), None).correlate(point_list).lateral("last")
    return union_all(later, select(point_list.c.point, last.c.first, last.c.end).join(last, true()))


def select_change_moments(points: Sequence[int]) -> Statement:
    """Select `code` and `moment` of each point: the last change of its records."""
    return select_all_change_moments().where(PointOfEntry.id == _match_any(points, BigInteger))


@cache
def select_point_change() -> Statement:
    """Select `code` and `moment` of the point in the parameter `code`, and its `revision`; the statement is cached."""
    with_revision = select_all_change_moments().add_columns(
        select_latest_revision().scalar_subquery().label("revision")
    )
    return with_revision.where(PointOfEntry.code == bindparam("code", type_=Text))


def select_all_change_moments() -> Statement:
    """Select `code` and `moment` of every point."""
    changed = [
        select(func.max(func.greatest(func.lower(t.recorded_during), func.upper(t.recorded_during))))
        .where(t.point_of_entry_id == PointOfEntry.id)
        .correlate(PointOfEntry)
        .scalar_subquery()
        for t in (PointOfEntryVersion, Restriction)
    ]
    moment = func.greatest(*changed).label("moment")
    return select(PointOfEntry.code, moment)


def _match_any(values: Iterable[Any], kind: type[BigInteger | Text]) -> ColumnElement[bool]:
    """Build the comparison with all values as one parameter: with one parameter each, writing the statement took longer
    than its response.
    """
    return any_(cast(list(values), ARRAY(kind)))

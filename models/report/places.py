"""Countries and regions of a report with their names, the measures of countries, and the names of sources."""

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, func, select

from models.analysis.spans import IOM_KIND
from models.queries.country_columns import select_country_level
from models.queries.filters import PointFilter, is_in_countries
from models.tables.bitemporal import Days, ends_after, is_current, overlaps
from models.tables.country import Country, Region, RegionMember
from models.tables.country_measure import CountryMeasure
from models.tables.point_of_entry import PointOfEntryVersion
from models.tables.source import Source

Statement = Select[*tuple[Any, ...]]
INDICATORS = ("international_travel", "internal_movement")


def select_area_countries(question: PointFilter) -> Statement:
    """Select each country of the area: its names, the note on them, its levels at both ends of the days.

    A level is named like its indicator, with the suffix `_before` for the first day. Null: none recorded.
    """
    levels = [
        _select_level(name, replace(question, days=Days.on(day))).label(f"{name}{suffix}")
        for name in INDICATORS
        for day, suffix in ((question.days.last, ""), (question.days.first, "_before"))
    ]
    names = (Country.iso3, Country.name, Country.name_fr, Country.name_es, Country.display_name, Country.wording_note)
    here = replace(question, days=Days.on(question.days.last))
    return select(*names, *levels).where(is_in_countries(Country.iso3, here)).order_by(Country.iso3)


def _select_level(indicator: str, question: PointFilter) -> ColumnElement[int]:
    last = select_country_level(indicator, question)
    level = select(cast(last.c.level, Integer)).where(ends_after(last.c.valid_during, question.days.first))
    return level.correlate(Country).scalar_subquery()


def select_iom_members(question: PointFilter) -> Statement:
    """Select `region`, `label`, `iso3` and `note` of the members of IOM's regions on the last of the days.

    A region without a member has one row, without `iso3`.
    """
    on = Days.on(question.days.last)
    membership = (RegionMember.region_code == Region.code) & overlaps(RegionMember.valid_during, on)
    columns = (Region.code.label("region"), Region.label, RegionMember.iso3, RegionMember.note)
    return (
        select(*columns)
        .select_from(Region.__table__.outerjoin(RegionMember.__table__, membership))
        .where(Region.kind == IOM_KIND)
        .order_by(Region.code, RegionMember.iso3)
    )


def select_level_sources(question: PointFilter) -> Statement:
    """Select `source`, a number, and the count of the levels on the last of the days that come from it."""
    m, on = CountryMeasure, Days.on(question.days.last)
    condition = m.indicator.in_(INDICATORS) & (func.coalesce(m.origin_iso3, "*") == "*")
    condition &= is_current(m.recorded_during, question.as_known_at) & overlaps(m.valid_during, on)
    columns = (m.source_id.label("source"), func.count().label("levels"))
    return (
        select(*columns)
        .where(condition, is_in_countries(m.imposing_iso3, replace(question, days=on)))
        .group_by(m.source_id)
    )


def select_numbered_sources() -> Statement:
    """Select every source with its number."""
    return select(Source.id, Source.code, Source.name, Source.url, Source.licence, Source.attribution).order_by(
        Source.code
    )


def select_region_label(code: str) -> Select[str]:
    """Select the label of a region of any kind; no row if there is no such region."""
    return select(Region.label).where(Region.code == code)


def select_countries_with_points(on: dt.date) -> Select[str, str]:
    """Select `code` and `name` of the countries with an active point on the day, by the current register."""
    days = Days.on(on)
    version = PointOfEntryVersion
    name = func.coalesce(Country.display_name, Country.name)
    in_country = (
        (version.iso3 == Country.iso3)
        & is_current(version.recorded_during, None)
        & overlaps(version.valid_during, days)
    )
    has_points = select(version.id).where(in_country, version.lifecycle == "active").exists()
    return select(Country.iso3.label("code"), name.label("name")).where(has_points).order_by(name, Country.iso3)

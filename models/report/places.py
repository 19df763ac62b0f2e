"""Countries and regions of a report with their names, the measures of countries, and the names of sources."""

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, func, select

from models.analysis.spans import IOM
from models.country import Country, Region, RegionMember
from models.country_measure import CountryMeasure
from models.of_country import measure_of_the_day
from models.point_of_entry import PointOfEntryVersion
from models.question import Question, in_countries
from models.source import Source
from models.time_axes import Days, believed, overlaps, reaches

Statement = Select[*tuple[Any, ...]]
INDICATORS = ("international_travel", "internal_movement")


def countries_told(question: Question) -> Statement:
    """Select each country of the area: its names, the note on them, its levels at both ends of the days.

    A level is named like its indicator, with the suffix `_before` for the first day. Null: none recorded.
    """
    levels = [
        _level(name, replace(question, days=Days.on(day))).label(f"{name}{suffix}")
        for name in INDICATORS
        for day, suffix in ((question.days.last, ""), (question.days.first, "_before"))
    ]
    names = (Country.iso3, Country.name, Country.name_fr, Country.name_es, Country.display_name, Country.wording_note)
    here = replace(question, days=Days.on(question.days.last))
    return select(*names, *levels).where(in_countries(Country.iso3, here)).order_by(Country.iso3)


def _level(indicator: str, question: Question) -> ColumnElement[int]:
    last = measure_of_the_day(indicator, question)
    level = select(cast(last.c.level, Integer)).where(reaches(last.c.valid_during, question.days.first))
    return level.correlate(Country).scalar_subquery()


def iom_members(question: Question) -> Statement:
    """Select `region`, `label`, `iso3` and `note` of the members of IOM's regions on the last of the days.

    A region without a member has one row, without `iso3`.
    """
    on = Days.on(question.days.last)
    membership = (RegionMember.region_code == Region.code) & overlaps(RegionMember.valid_during, on)
    columns = (Region.code.label("region"), Region.label, RegionMember.iso3, RegionMember.note)
    return (
        select(*columns)
        .select_from(Region.__table__.outerjoin(RegionMember.__table__, membership))
        .where(Region.kind == IOM)
        .order_by(Region.code, RegionMember.iso3)
    )


def sources_of_levels(question: Question) -> Statement:
    """Select `source`, a number, and the count of the levels on the last of the days that come from it."""
    m, on = CountryMeasure, Days.on(question.days.last)
    condition = m.indicator.in_(INDICATORS) & (func.coalesce(m.origin_iso3, "*") == "*")
    condition &= believed(m.recorded_during, question.as_known_at) & overlaps(m.valid_during, on)
    columns = (m.source_id.label("source"), func.count().label("levels"))
    return (
        select(*columns)
        .where(condition, in_countries(m.imposing_iso3, replace(question, days=on)))
        .group_by(m.source_id)
    )


def sources_numbered() -> Statement:
    """Select every source with its number."""
    return select(Source.id, Source.code, Source.name, Source.url, Source.licence, Source.attribution).order_by(
        Source.code
    )


def label_of_region(code: str) -> Select[str]:
    """Select the label of a region of any kind; no row if there is no such region."""
    return select(Region.label).where(Region.code == code)


def countries_with_points(on: dt.date) -> Select[str, str]:
    """Select `code` and `name` of the countries with an active point on the day, by the current register."""
    days = Days.on(on)
    version = PointOfEntryVersion
    name = func.coalesce(Country.display_name, Country.name)
    in_country = (
        (version.iso3 == Country.iso3) & believed(version.recorded_during, None) & overlaps(version.valid_during, days)
    )
    has_points = select(version.id).where(in_country, version.lifecycle == "active").exists()
    return select(Country.iso3.label("code"), name.label("name")).where(has_points).order_by(name, Country.iso3)

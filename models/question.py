"""What can be asked of the points of entry, of their restrictions and of the countries."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from geo.box import Box
from models.codes import codes_where_is_poe
from models.country import Country, Region, RegionMember
from models.point_of_entry import PointOfEntryVersion
from models.time_axes import Days, believed, overlaps


@dataclass(frozen=True, slots=True)
class Question:
    """A question, checked and typed; empty tuples and None ask for all.

    Within one field any value will do; fields narrow one another. `identity` is the public code of a point or
    country, or the number of a restriction.
    """

    days: Days
    as_known_at: dt.datetime | None = None
    iso3s: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    poe_types: tuple[str, ...] = ()
    status_groups: tuple[str, ...] = ()
    operational_statuses: tuple[str, ...] = ()
    is_poe: bool | None = None
    box: Box | None = None
    identity: str | int | None = None

    @property
    def asks_for_state(self) -> bool:
        """Whether the restriction of the day decides which points answer."""
        return bool(self.status_groups or self.operational_statuses)


def in_countries(iso3: Any, question: Question) -> ColumnElement[bool]:  # noqa: ANN401 - a column or attribute
    """SQL condition: the country is one of those asked for, or in a region asked for on the days asked about."""
    condition: ColumnElement[bool] = true()
    if question.iso3s:
        condition &= iso3.in_(question.iso3s)
    if question.regions:
        members = select(RegionMember.iso3).where(
            RegionMember.region_code.in_(question.regions), overlaps(RegionMember.valid_during, question.days)
        )
        condition &= iso3.in_(members)
    return condition


def in_register(question: Question) -> ColumnElement[bool]:
    """SQL condition on PointOfEntryVersion: the point's entry is asked for, whatever its day."""
    version = PointOfEntryVersion
    condition = believed(version.recorded_during, question.as_known_at) & in_countries(version.iso3, question)
    if question.poe_types:
        condition &= version.poe_type.in_(question.poe_types)
    if question.is_poe is not None:
        condition &= is_poe(version.poe_type) == question.is_poe
    if question.box is not None:
        condition &= question.box.touches(version.geometry)
    return condition


def is_poe(poe_type: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column or attribute
    """SQL condition: points of this type are points of entry, and not key locations of internal mobility."""
    condition: ColumnElement[bool] = poe_type.in_(codes_where_is_poe())
    return condition


def unknown_countries(iso3s: tuple[str, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's compound select
    """Statement giving those of the codes that are no country's, so that a misspelt one is not an empty answer."""
    return select(func.unnest(cast(list(iso3s), ARRAY(Text)))).except_(select(Country.iso3))


def unknown_regions(regions: tuple[str, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's compound select
    """Statement giving those of the codes that are no region's."""
    return select(func.unnest(cast(list(regions), ARRAY(Text)))).except_(select(Region.code))

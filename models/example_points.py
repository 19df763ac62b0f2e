"""Points for example data: points of entry, with the IOM region of their country."""

import datetime as dt
from typing import Any

from sqlalchemy import Select, literal, or_, select

from models.country import Region, RegionMember
from models.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.question import is_poe
from models.time_axes import Days, is_current, overlaps


def select_points_with_region(on: dt.date, *, with_transit_points: bool = False) -> Select[*tuple[Any, ...]]:
    """Select code, type and IOM region (null: none) of each active point of entry.

    `with_transit_points` adds the key locations of internal mobility.
    """
    version, days = PointOfEntryVersion, Days.on(on)
    membership = (
        select(RegionMember.iso3, RegionMember.region_code)
        .join(Region, Region.code == RegionMember.region_code)
        .where(Region.kind == "iom", overlaps(RegionMember.valid_during, days))
        .subquery()
    )
    return (
        select(PointOfEntry.code, version.poe_type, membership.c.region_code)
        .join(version, version.point_of_entry_id == PointOfEntry.id)
        .outerjoin(membership, membership.c.iso3 == version.iso3)
        .where(
            is_current(version.recorded_during, None),
            overlaps(version.valid_during, days),
            version.lifecycle == "active",
            or_(is_poe(version.poe_type), literal(with_transit_points)),
        )
        .order_by(PointOfEntry.code)
    )

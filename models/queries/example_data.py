"""Example data: the points to make it for, and whether any record of it is current."""

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import DateTime, Select, bindparam, literal, or_, select

from models.queries.filters import is_poe
from models.tables.bitemporal import Days, is_current, overlaps
from models.tables.country import Region, RegionMember
from models.tables.office import Office
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.restriction import Restriction
from models.tables.revision import select_latest_revision
from models.tables.submission import Submission

# The office by which `crossings example-weeks` posts.
EXAMPLE_OFFICE = "example"


@cache
def select_example_state() -> Select[*tuple[Any, ...]]:
    """Select one row: whether any record of example data was current at `moment`, and the `revision`.

    It goes through the office's submissions, which are few: records have no index by their source.
    """
    moment = bindparam("moment", type_=DateTime(timezone=True))
    believed = select(Restriction.id).where(
        Restriction.submission_id == Submission.id, Restriction.recorded_during.contains(moment)
    )
    sent = select(Submission.id).join(Office, Office.id == Submission.office_id)
    example = sent.where(Office.code == EXAMPLE_OFFICE, believed.exists()).exists()
    return select(example.label("is_shown"), select_latest_revision().scalar_subquery().label("revision"))


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

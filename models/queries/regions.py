"""Statements that list regions with their countries, and the sources of records."""

from typing import Any

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from models.tables.bitemporal import Days, overlaps
from models.tables.country import Region, RegionAlias, RegionMember
from models.tables.source import Source


def select_regions(days: Days) -> Select[*tuple[Any, ...]]:
    """Select each region with its aliases, and the countries that are in it on one of the days."""
    aliases = (
        select(func.array_agg(aggregate_order_by(RegionAlias.alias, RegionAlias.alias)))
        .where(RegionAlias.region_code == Region.code)
        .scalar_subquery()
    )
    members = (
        select(func.array_agg(aggregate_order_by(RegionMember.iso3, RegionMember.iso3)))
        .where(RegionMember.region_code == Region.code, overlaps(RegionMember.valid_during, days))
        .scalar_subquery()
    )
    none = cast([], ARRAY(Text))
    return select(
        Region.code,
        Region.kind,
        Region.label,
        Region.office,
        func.coalesce(aliases, none).label("aliases"),
        func.coalesce(members, none).label("countries"),
    ).order_by(Region.kind, Region.code)


def select_sources() -> Select[*tuple[Any, ...]]:
    """Select every source of records, its licence and its attribution."""
    columns = (Source.code, Source.name, Source.url, Source.licence, Source.attribution)
    return select(*columns).order_by(Source.code)

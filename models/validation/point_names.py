"""Statements of the identifiers of points and countries, to match names and codes in other people's files."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, Select, func, select

from models.tables.bitemporal import is_current
from models.tables.country import Country
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion

version = PointOfEntryVersion


@dataclass(frozen=True, slots=True)
class PointIdentifiers:
    """Identifiers of a point in the register over some days; a point that was renamed or moved has several rows."""

    id: int
    code: str
    name: str
    other_names: dict[str, str]
    poe_type: str
    iso3: str
    iata: str | None
    icao: str | None
    unlocode: str | None
    longitude: float
    latitude: float
    first: dt.date
    municipality: str | None


def select_point_identifiers() -> Select[*tuple[Any, ...]]:
    """Select the values of `PointIdentifiers` for all current versions of all days, the latest days last.

    Candidates are left out: they are not points, so nothing refers to them by name.
    """
    return (
        select(
            *(PointOfEntry.id, PointOfEntry.code, version.name, version.other_names, version.poe_type),
            *(version.iso3, version.iata, version.icao, version.unlocode),
            *(func.ST_X(version.geometry), func.ST_Y(version.geometry)),
            *(func.lower(version.valid_during, type_=Date), version.municipality),
        )
        .join(version, version.point_of_entry_id == PointOfEntry.id)
        .where(is_current(version.recorded_during, None), version.lifecycle != "candidate")
        .order_by(func.lower(version.valid_during), PointOfEntry.id)
    )


def select_country_names() -> Select[str, str, str, str | None, str | None, str | None, str | None]:
    """Select the alpha-3 code of each country, then its other codes and names."""
    other = (Country.name_fr, Country.name_es, Country.name_ar, Country.display_name)
    return select(Country.iso3, Country.iso2, Country.name, *other)

"""Loading a register of points of entry, in the form of the one that the service ships."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from api.load.checked_row import CheckedRow
from api.load.complaint import Complaint
from api.load.intake import Intake, Load
from api.load.table_file import rows_of
from geo.one_place import unified_place
from models.places_near import Place, far_from_their_country
from models.register import record_register

# Words of the shipped register that say a point is an official one; anything else leaves it unknown.
SAYS_OFFICIAL = {"yes_first_port_of_entry", "unlocode_border_function"}
SOURCES = {"OurAirports": "ourairports", "World Port Index (NGA Pub. 150)": "wpi", "UN/LOCODE": "unlocode"}
ANOTHER_SOURCE = "register"
NEEDED = ("poe_id", "name", "poe_type", "country_iso3", "lat", "lon", "coord_precision")
DETAILS = (
    *("size_class", "official_poe", "wpi_number", "coord_check", "km_outside_country", "polygon_iso3"),
    *("km_to_nearest_foreign_country", "note"),
)
# The country across is the nearest foreign one, but only of a crossing that stands at the border.
FARTHEST_NEIGHBOUR_KM = 25.0
ReadRow = tuple[CheckedRow, dict[str, Any]]


def register(changes_from: dt.date, *, is_shipped: bool = False) -> Load:
    """How to load a register; what it says otherwise of points known before holds from `changes_from` on.

    Places far from their country are warned about, but for the shipped register, whose places were looked at.
    """

    async def load(intake: Intake) -> None:
        countries, source_ids = await intake.countries(), await intake.source_ids()
        seen: set[str] = set()

        def entry(row: CheckedRow) -> ReadRow:
            made = _entry(row, countries)
            if made["code"] in seen:
                row.complain("poe_id", "stands in an earlier row too")
            seen.add(made["code"])
            return row, made | {"source_id": source_ids[SOURCES.get(row.values.get("source", ""), ANOTHER_SOURCE)]}

        read = intake.checked(rows_of(intake.path, NEEDED), entry)
        entries = [made for _, made in read]
        outcomes = await record_register(intake.connection, entries, intake.recorded_at, changes_from)
        intake.count(outcomes)
        if not is_shipped:
            news = [row for (row, _), outcome in zip(read, outcomes, strict=True) if outcome.outcome != "unchanged"]
            intake.loaded.warnings += await _far_away(intake, news)

    return load


async def _far_away(intake: Intake, rows: Sequence[CheckedRow]) -> list[Complaint]:
    """Two numbers in the wrong order put a point into another country."""
    places = [Place(row.number, row.values["country_iso3"], *_place(row)) for row in rows]
    far = await far_from_their_country(intake.connection, places)
    return [
        Complaint(row.number, "lat", row.values["lat"], f"lies more than 25 km outside of {row.values['country_iso3']}")
        for row in rows
        if row.number in far
    ]


def _place(row: CheckedRow) -> tuple[float, float]:
    return unified_place(row.number_between("lon", -180, 180), row.number_between("lat", -90, 90))


def _entry(row: CheckedRow, countries: frozenset[str]) -> dict[str, Any]:
    longitude, latitude = _place(row)
    iso3 = row.country("country_iso3", countries)
    poe_type = row.code("poe_type", "poe_type")
    return {
        "code": row.required("poe_id"),
        "name": row.required("name"),
        "other_names": {},
        "poe_type": poe_type,
        "subtype": row.text("subtype"),
        "iso3": iso3,
        "other_iso3": _across(row, poe_type, iso3, countries),
        "counterpart_id": None,
        "admin1_name": None,
        "admin1_code": row.text("subdivision"),
        "municipality": row.text("municipality"),
        "iata": row.text("iata"),
        "icao": row.text("icao"),
        "unlocode": row.text("locode"),
        "official_status": "official" if row.values.get("official_poe") in SAYS_OFFICIAL else "unknown",
        "ihr_designated": "unknown",
        "lifecycle": "active",
        "successor_id": None,
        "opening_hours": None,
        "geometry": f"SRID=4326;POINT({longitude} {latitude})",
        "coordinate_precision": row.code("coord_precision", "coordinate_precision"),
        "coordinate_source": row.text("coord_source"),
        "source_reference": row.text("source_id"),
        "source_version": row.text("source_version"),
        "licence": row.text("licence"),
        "details": {name: row.values[name] for name in DETAILS if row.values.get(name)},
    }


def _across(row: CheckedRow, poe_type: str, iso3: str, countries: frozenset[str]) -> str | None:
    across = row.text("nearest_foreign_iso3")
    if poe_type != "land_border_point" or across is None or across == iso3 or across not in countries:
        return None
    near = row.number_between("km_to_nearest_foreign_country", 0, 20_100) <= FARTHEST_NEIGHBOUR_KM
    return across if near else None

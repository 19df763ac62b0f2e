"""The register that the service ships with, read in plain Python: what the answers have to agree with."""

import csv
import gzip
from functools import cache

from sqlalchemy.ext.asyncio import AsyncConnection

from api.shipped_data import DATA
from models.recording.register import fetch_point_ids

Row = dict[str, str]
FIRST_FILE = "points_of_entry.csv.gz"


@cache
def read_shipped_register() -> tuple[Row, ...]:
    """Every row of the shipped register as it stands: the first file, corrected by that of the land borders."""
    first = (row for row in read_first_register() if row["poe_type"] != "land_border_point")
    return (*first, *read_land_borders())


@cache
def read_land_borders() -> tuple[Row, ...]:
    """Every row of the land borders that is listed; the others are candidates."""
    return tuple(row for row in read_land_rows() if not row["evidence"].startswith("derived_"))


@cache
def read_land_rows() -> tuple[Row, ...]:
    """Every row of the land borders, candidates too."""
    return _read_rows("land/points_of_entry_land.csv.gz")


def read_first_register() -> tuple[Row, ...]:
    """Every row of the first file of the register, before its corrections."""
    return _read_rows(FIRST_FILE)


@cache
def read_shipped_countries() -> tuple[Row, ...]:
    """Every country, with its region codes."""
    return _read_rows("countries_regions.csv.gz")


def select_codes(**columns: str) -> set[str]:
    """The codes of the points whose columns have these values."""
    return {
        row["poe_id"] for row in read_shipped_register() if all(row[name] == value for name, value in columns.items())
    }


def select_codes_within(west: float, south: float, east: float, north: float) -> set[str]:
    """The codes of the points in the box; west greater than east crosses the antimeridian."""
    return {row["poe_id"] for row in read_shipped_register() if _is_within(row, west, south, east, north)}


async def fetch_point_id(shipped: AsyncConnection, code: str) -> int:
    """The number of a point in the shipped data, to say something of it."""
    return (await fetch_point_ids(shipped, [code]))[code]


def _is_within(row: Row, west: float, south: float, east: float, north: float) -> bool:
    longitude, latitude = float(row["lon"]), float(row["lat"])
    in_longitude = west <= longitude <= east if west <= east else longitude >= west or longitude <= east
    return in_longitude and south <= latitude <= north


def _read_rows(name: str) -> tuple[Row, ...]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))

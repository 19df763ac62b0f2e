"""The register that the service ships with, read in plain Python: what the answers have to agree with."""

import csv
import gzip
from functools import cache

from sqlalchemy.ext.asyncio import AsyncConnection

from api.load.shipped import DATA
from models.register import point_ids

Row = dict[str, str]


@cache
def register() -> tuple[Row, ...]:
    """Every row of the shipped register of points of entry."""
    return _rows("points_of_entry.csv.gz")


@cache
def countries() -> tuple[Row, ...]:
    """Every country, with its region codes."""
    return _rows("countries_regions.csv.gz")


def codes_where(**columns: str) -> set[str]:
    """The codes of the points whose columns have these values."""
    return {row["poe_id"] for row in register() if all(row[name] == value for name, value in columns.items())}


def codes_within(west: float, south: float, east: float, north: float) -> set[str]:
    """The codes of the points in the box; west greater than east crosses the antimeridian."""
    return {row["poe_id"] for row in register() if _stands_within(row, west, south, east, north)}


async def point(shipped: AsyncConnection, code: str) -> int:
    """The number of a point in the shipped data, to say something of it."""
    return (await point_ids(shipped, [code]))[code]


def _stands_within(row: Row, west: float, south: float, east: float, north: float) -> bool:
    longitude, latitude = float(row["lon"]), float(row["lat"])
    in_longitude = west <= longitude <= east if west <= east else longitude >= west or longitude <= east
    return in_longitude and south <= latitude <= north


def _rows(name: str) -> tuple[Row, ...]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))

"""Checks of a submitted location: far from its country or border, or close to an existing point."""

import datetime as dt
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Date, Select, cast, func, lateral, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.distance import compute_distance_km
from models.recording.bulk_rows import encode_json_rows
from models.tables.bitemporal import ends_after, is_current
from models.tables.restriction import Restriction

# Polygons are generalised, and ports lie off the coast.
FAR_M = 25_000
NEAR_M = 1_000
# More than NEAR_M in degrees of latitude; the index preselects by degrees, and metres decide.
NEAR_DEGREES = 0.05
EARTH_M = 6_371_000
M_PER_DEGREE = math.radians(EARTH_M)
MAX_PER_CUBE = 8
NEIGHBOUR_SHIFTS = tuple(itertools.product((-1, 0, 1), repeat=3))


@dataclass(frozen=True, slots=True)
class Place:
    """Location that a row gives for a point of the country.

    `poe_type` is the type of a new point, or None; `other_iso3` the country on the other side of its border, if stated.
    """

    row: int
    iso3: str
    longitude: float
    latitude: float
    poe_type: str | None = None
    other_iso3: str | None = None


async def find_places_outside_country(connection: AsyncConnection, places: Sequence[Place]) -> set[int]:
    """Find the rows of the places that lie more than `FAR_M` outside of their country."""
    values = {"places": await _encode_places(places), "far_m": FAR_M}
    return set((await connection.scalars(SELECT_OUTSIDE_COUNTRY, values)).all())


async def find_places_off_border(connection: AsyncConnection, places: Sequence[Place]) -> dict[int, float]:
    """Find the rows of the places more than `FAR_M` from the border of their two countries, with the distance in km.

    If the two shapes share no border, as at a bridge, the distance is to the farther country.
    """
    values = {"places": await _encode_places(places), "far_m": FAR_M, "m_per_degree": M_PER_DEGREE}
    rows = await connection.execute(SELECT_OFF_BORDER, values)
    return dict(rows.all())


async def find_existing_points(connection: AsyncConnection, places: Sequence[Place]) -> dict[int, list[str]]:
    """Find the codes of points of the same type and country within `NEAR_M` of the places, by row."""
    near: dict[int, list[str]] = {}
    values = {"places": await _encode_places(places), "near_m": NEAR_M, "near_degrees": NEAR_DEGREES}
    for row, code in await connection.execute(SELECT_EXISTING_POINTS, values):
        near.setdefault(row, []).append(code)
    return near


def find_close_rows(places: Sequence[Place]) -> dict[int, int]:
    """Find the rows of new points with an earlier row for a point of the same type and country within `NEAR_M`."""
    earlier: dict[tuple[object, ...], list[Place]] = {}
    close: dict[int, int] = {}
    for place in places:
        kind, cube = (place.iso3, place.poe_type), _compute_cube(place)
        around = ((*kind, *map(sum, zip(cube, shift, strict=True))) for shift in NEIGHBOUR_SHIFTS)
        near = (other for cell in around for other in earlier.get(cell, ()) if _is_near(place, other))
        if other := next(near, None):
            close[place.row] = other.row
        # A few are enough: of thousands at one place, each is near to every other.
        elif len(same := earlier.setdefault((*kind, *cube), [])) < MAX_PER_CUBE:
            same.append(place)
    return close


def _compute_cube(place: Place) -> tuple[int, int, int]:
    """Return the cube, `NEAR_M` wide, that contains the place: cubes need no special cases at poles or 180 degrees."""
    around, up = math.radians(place.longitude), math.radians(place.latitude)
    unit = (math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up))
    x, y, z = (math.floor(part * EARTH_M / NEAR_M) for part in unit)
    return x, y, z


def _is_near(one: Place, other: Place) -> bool:
    return compute_distance_km((one.longitude, one.latitude), (other.longitude, other.latitude)) * 1000 <= NEAR_M


async def _encode_places(places: Sequence[Place]) -> str:
    return await encode_json_rows(places, tuple(Place.__dataclass_fields__))


SELECT_OUTSIDE_COUNTRY = text("""
    SELECT p."row"
    FROM jsonb_to_recordset(CAST(:places AS jsonb))
         AS p("row" integer, iso3 text, longitude double precision, latitude double precision)
    JOIN country c USING (iso3)
    CROSS JOIN LATERAL ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326) AS place
    WHERE CASE WHEN ST_Intersects(c.geometry, place) THEN false
               ELSE NOT ST_DWithin(c.geometry::geography, place::geography, :far_m) END
""")
# A border along a parallel has few vertices, and a geodesic between two of them deviates by up to 90 km: so measure in
# degrees of latitude, not by geography, with longitude shortened to the latitude's scale.
SELECT_OFF_BORDER = text("""
    WITH p AS MATERIALIZED (
        SELECT p."row", least(p.iso3, p.other_iso3) AS one, greatest(p.iso3, p.other_iso3) AS other,
               ST_MakePoint(p.longitude * shorter, p.latitude) AS place, shorter
        FROM jsonb_to_recordset(CAST(:places AS jsonb))
             AS p("row" integer, iso3 text, other_iso3 text, longitude double precision, latitude double precision)
        CROSS JOIN LATERAL (SELECT greatest(cos(radians(p.latitude)), 0.01) AS shorter) scale
    ), line AS MATERIALIZED (
        SELECT iso3 AS one, other_iso3 AS other, ST_SetSRID(ST_Collect(geometry), 0) AS line
        FROM border WHERE (iso3, other_iso3) IN (SELECT one, other FROM p) GROUP BY 1, 2
    ), measured AS (
        SELECT p."row", CAST(:m_per_degree AS double precision) * coalesce(
            ST_Distance(ST_Scale(line.line, p.shorter, 1), p.place), (
                SELECT max(ST_Distance(ST_Scale(ST_SetSRID(c.geometry, 0), p.shorter, 1), p.place))
                FROM country c WHERE c.iso3 IN (p.one, p.other)
            )
        ) AS metres
        FROM p LEFT JOIN line USING (one, other)
    )
    SELECT "row", metres / 1000 FROM measured WHERE metres > :far_m
""")
SELECT_EXISTING_POINTS = text("""
    SELECT DISTINCT p."row", e.code
    FROM jsonb_to_recordset(CAST(:places AS jsonb))
         AS p("row" integer, iso3 text, longitude double precision, latitude double precision, poe_type text)
    CROSS JOIN LATERAL ST_SetSRID(ST_MakePoint(p.longitude, p.latitude), 4326) AS place
    JOIN point_of_entry_version v
      ON v.iso3 = p.iso3 AND v.poe_type = p.poe_type AND upper_inf(v.recorded_during)
     AND v.lifecycle IN ('active', 'proposed') AND ST_DWithin(v.geometry, place, :near_degrees)
     AND ST_DWithin(v.geometry::geography, place::geography, :near_m)
    JOIN point_of_entry e ON e.id = v.point_of_entry_id
    ORDER BY 1, 2
""")


def select_current_states(points: Sequence[int], days: Sequence[dt.date]) -> Select[*tuple[Any, ...]]:
    """Select, for each point on the day in the same position of `days`, the state that currently holds there.

    `position` counts the pairs from 1; a pair without a restriction has no row. `valid_to` is the first day after it.
    """
    listed = func.unnest(cast(list(points), ARRAY(BigInteger)), cast(list(days), ARRAY(Date)))
    pair = listed.table_valued("point_id", "day", with_ordinality="position").render_derived(name="pair")
    r = Restriction
    last = (
        select(r)
        .where(r.point_of_entry_id == pair.c.point_id, is_current(r.recorded_during, None))
        .where(func.lower(r.valid_during) <= pair.c.day)
        .order_by(func.lower(r.valid_during).desc())
        .limit(1)
    )
    held = lateral(last).alias("held")
    return (
        select(
            pair.c.position,
            *(held.c[name] for name in ("operational_status", "measures", "affected_populations", "comment")),
            func.lower(held.c.valid_during).label("valid_from"),
            func.upper(held.c.valid_during).label("valid_to"),
        )
        .select_from(pair)
        .join(held, true())
        .where(ends_after(held.c.valid_during, pair.c.day))
    )

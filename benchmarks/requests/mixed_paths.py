"""What many people ask at once: paths in the shares in which maps, layers and scripts ask for them."""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from math import asinh, pi, radians, tan

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.data.weekly_records import FIRST_WEEK
from benchmarks.requests.queries import LIMIT, POINTS

REGIONS = ("AP", "CNAC", "EEA", "EHA", "MENA", "SAF", "SAM", "SEEECA", "WCA")
DAYS = 400
POINTS_AT = text("""
    SELECT p.code, v.iso3, ST_X(v.geometry) AS east, ST_Y(v.geometry) AS north
    FROM point_of_entry_version v JOIN point_of_entry p ON p.id = v.point_of_entry_id
    WHERE upper_inf(v.recorded_during) AND abs(ST_Y(v.geometry)) < 80
    ORDER BY hashint8(p.id) LIMIT 2000
""")


async def draw_mixed_paths(
    connection: AsyncConnection, count: int, *, with_the_world: bool, seed: int = 1
) -> list[str]:
    """So many paths: days of countries, tiles, points, boxes, regions, histories and, if wanted, days of the world."""
    points = (await connection.execute(POINTS_AT)).all()
    chance = random.Random(seed)
    kinds: list[tuple[float, Callable[[str, str, str, float, float], str]]] = [
        (35, lambda day, _code, iso3, _east, _north: f"{POINTS}/items?country={iso3}&datetime={day}&limit=1000"),
        (30, lambda day, _code, _iso3, east, north: _build_tile_path(chance, day, east, north)),
        (15, lambda day, code, *_: f"{POINTS}/items/{code}?datetime={day}"),
        (8, lambda day, _code, _iso3, east, north: _build_box_path(day, east, north)),
        (6, lambda day, *_: f"{POINTS}/items?region={chance.choice(REGIONS)}&datetime={day}&limit={LIMIT}"),
        (5, lambda _day, code, *_: f"/points-of-entry/{code}/history"),
        (1 if with_the_world else 0, lambda day, *_: f"{POINTS}/items?datetime={day}&limit={LIMIT}"),
    ]
    drawn = chance.choices([kind for _, kind in kinds], [weight for weight, _ in kinds], k=count)
    return [kind(_draw_day(chance), *chance.choice(points)) for kind in drawn]


def _draw_day(chance: random.Random) -> str:
    return (FIRST_WEEK + dt.timedelta(days=chance.randrange(DAYS))).isoformat()


def _build_box_path(day: str, east: float, north: float) -> str:
    west, south = max(-180.0, east - 2), max(-90.0, north - 2)
    box = f"{west:.2f},{south:.2f},{min(180.0, west + 4):.2f},{south + 4:.2f}"
    return f"{POINTS}/items?bbox={box}&datetime={day}&limit={LIMIT}"


def _build_tile_path(chance: random.Random, day: str, east: float, north: float) -> str:
    z = chance.randint(2, 8)
    x, y = find_tile(z, east, north)
    return f"{POINTS}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt&datetime={day}"


def find_tile(z: int, east: float, north: float) -> tuple[int, int]:
    """Column and row of the tile that has the place."""
    count = 1 << z
    return int((east + 180) / 360 * count), int((1 - asinh(tan(radians(north))) / pi) / 2 * count)


def select_small_paths(paths: Sequence[str]) -> list[str]:
    """Those that ask for little: countries, points and tiles."""
    return [path for path in paths if "country=" in path or "/tiles/" in path or "/items/" in path]

"""The places that the requests are about, found in the database so that answers have the sizes wanted."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.data.weekly_records import FIRST_WEEK, WEEK

DAY = dt.date(2021, 3, 1)
# Records hold for a week.
FIRST_OF_ITS_WEEK = FIRST_WEEK + (DAY - FIRST_WEEK) // WEEK * WEEK
APART = (DAY, [FIRST_OF_ITS_WEEK + dt.timedelta(days=number) for number in range(7)])
REGION = "MENA"
# A part of Europe, as wide as it needs to be.
MIDDLE, WIDTH, HEIGHT = (10.0, 47.5), 40.0, 25.0
Box = tuple[float, float, float, float]
TileAt = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many points there are to be in a country, a box and a full tile, or as near to it as there is one."""

    country: int = 42
    box: int = 1_500
    # As many as in the fullest tile of zoom level 4.
    tile: int = 615


@dataclass(frozen=True, slots=True)
class Places:
    """A country, the countries of a region, a box in degrees, tiles by zoom level, column and row, and a point.

    The usual tile has as many points as the one in the middle, when those of zoom level 4 that have any are sorted by
    their number, without those at 180 degrees, which are made of two boxes.
    """

    country: str
    region: list[str]
    box: Box
    usual_tile: TileAt
    full_tile: TileAt
    deep_tile: TileAt
    point: str


async def find_places(connection: AsyncConnection, sizes: Sizes) -> Places:
    country = await connection.scalar(COUNTRY, {"size": sizes.country})
    usual = (await connection.execute(USUAL_TILE, {"lowest": 4, "highest": 4})).one()
    full = (await connection.execute(TILE, {"size": sizes.tile, "lowest": 4, "highest": 8})).one()
    deep = (await connection.execute(TILE, {"size": 1_000_000, "lowest": 8, "highest": 8})).one()
    return Places(
        country=str(country),
        region=list(await connection.scalars(MEMBERS, {"region": REGION})),
        box=await _find_box(connection, sizes.box),
        usual_tile=(usual.z, usual.x, usual.y),
        full_tile=(full.z, full.x, full.y),
        deep_tile=(deep.z, deep.x, deep.y),
        point=str(await connection.scalar(POINT, {"country": country})),
    )


async def _find_box(connection: AsyncConnection, size: int) -> Box:
    """The box around MIDDLE that holds `size` points, within a few, its sides as WIDTH to HEIGHT."""
    narrow, wide = 0.0, 4.0
    for _ in range(20):
        scale = (narrow + wide) / 2
        corners = dict(zip(("west", "south", "east", "north"), _build_box(scale), strict=True))
        if (await connection.scalar(WITHIN, corners) or 0) > size:
            wide = scale
        else:
            narrow = scale
    return _build_box(narrow)


def _build_box(scale: float) -> Box:
    east, north = WIDTH / 2 * scale, HEIGHT / 2 * scale
    west_edge, south_edge = MIDDLE[0] - east, max(-90.0, MIDDLE[1] - north)
    east_edge, north_edge = MIDDLE[0] + east, min(90.0, MIDDLE[1] + north)
    return round(west_edge, 4), round(south_edge, 4), round(east_edge, 4), round(north_edge, 4)


COUNTRY = text("""
    SELECT iso3 FROM point_of_entry_version WHERE upper_inf(recorded_during) AND lifecycle = 'active'
    GROUP BY iso3 ORDER BY abs(count(*) - :size), iso3 LIMIT 1
""")
MEMBERS = text("SELECT iso3 FROM region_member WHERE region_code = :region ORDER BY iso3")
POINT = text("""
    SELECT p.code FROM point_of_entry_version v JOIN point_of_entry p ON p.id = v.point_of_entry_id
    WHERE v.iso3 = :country ORDER BY p.code LIMIT 1
""")
WITHIN = text("""
    SELECT count(*) FROM point_of_entry_version
    WHERE upper_inf(recorded_during) AND lifecycle = 'active'
      AND geometry && ST_MakeEnvelope(CAST(:west AS float), CAST(:south AS float), CAST(:east AS float),
                                      CAST(:north AS float), 4326)
""")
TILES = """
    WITH place AS (
        SELECT ST_X(geometry) AS east, radians(ST_Y(geometry)) AS north FROM point_of_entry_version
        WHERE upper_inf(recorded_during) AND lifecycle = 'active' AND abs(ST_Y(geometry)) < 85
    ), tile AS (
        SELECT z, floor((east + 180) / 360 * 2 ^ z)::int AS x,
               floor((1 - ln(tan(north) + 1 / cos(north)) / pi()) / 2 * 2 ^ z)::int AS y
        FROM place, generate_series(CAST(:lowest AS int), CAST(:highest AS int)) AS z
    ), counted AS (SELECT z, x, y, count(*) AS points FROM tile WHERE {of} GROUP BY z, x, y)
    SELECT z, x, y FROM counted ORDER BY abs(points - {size}), z, x, y LIMIT 1
"""
TILE = text(TILES.format(of="true", size="CAST(:size AS int)"))
USUAL = "(SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY points) FROM counted)"
USUAL_TILE = text(TILES.format(of="x BETWEEN 1 AND 2 ^ z - 2", size=USUAL))

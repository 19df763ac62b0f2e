"""Addresses that clients ask for: what everybody asks, and every form of answer and file."""

import datetime as dt
import random
from collections.abc import Iterator

from api.settings import get_project_directory
from benchmarks.overload.site import Point, Site
from benchmarks.requests.mixed_paths import find_tile

POINTS, RESTRICTIONS = "/collections/points-of-entry", "/collections/restrictions"
FIRST_DAY, DAYS = dt.date(2020, 1, 1), 360
# Days of the example weeks, for answers that are large.
DAY, WEEKS = "2020-07-15", "2020-06-03/2020-08-20"
FILES = ("geojson", "csv", "geojsonseq", "jsonfg", "xlsx", "gpkg", "fgb", "parquet")


def generate_ordinary_paths(site: Site, seed: int) -> Iterator[str]:
    """Endless: points of a country, tiles and single points on changing days, so that few answers are cached."""
    chance = random.Random(seed)
    while True:
        point, day = chance.choice(site.points), _draw_day(chance)
        yield f"{POINTS}/items?country={point.iso3}&datetime={day}&limit=1000"
        yield build_tile_path(point, chance.randint(3, 8), f"datetime={day}")
        yield f"{POINTS}/items/{point.code}?datetime={day}"


def _draw_day(chance: random.Random) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=chance.randrange(DAYS))


def build_tile_path(point: Point, z: int, query: str, ending: str = "mvt") -> str:
    """The tile of a zoom level that has the point."""
    x, y = find_tile(z, point.east, max(-80, min(80, point.north)))
    return f"{POINTS}/tiles/{z}/{x}/{y}.{ending}?{query}"


def list_paths_of_all_formats(site: Site) -> list[str]:
    """One address for each form of answer and file, each as large as it comes."""
    point = site.points[0]
    report = "/reports/points-of-entry?level=country&area=FRA&on=2020-07-16"
    return [
        f"{POINTS}/items?datetime={DAY}&limit=10000",
        f"{POINTS}/items?f=html&datetime={DAY}&limit=1000",
        *(f"{RESTRICTIONS}/items?f={form}&datetime={WEEKS}" for form in FILES),
        f"{POINTS}/items?f=csv&datetime={DAY}",
        f"/collections/countries/items?f=geojson&datetime={DAY}",
        f"/collections/changes/items?f=csv&datetime={WEEKS}",
        build_tile_path(point, 0, f"datetime={DAY}"),
        build_tile_path(point, 2, f"datetime={DAY}", "geojson"),
        f"/statistics?f=csv&group_by=week,country,status_group&datetime={WEEKS}",
        f"{report}&f=html",
        f"{report}&f=pdf",
        f"/points-of-entry/{point.code}/history",
        "/changes.json?limit=1000",
        *_list_largest_static_files(2),
    ]


def _list_largest_static_files(count: int) -> list[str]:
    """None where the browser's part was not built."""
    root = get_project_directory() / "web/dist"
    files = sorted((file for file in root.rglob("*") if file.is_file()), key=lambda file: -file.stat().st_size)
    return [f"/static/{file.relative_to(root)}" for file in files[:count]]

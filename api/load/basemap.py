"""Loaders for the layers of the basemap beside countries: towns, rivers, lakes, roads, railways, borders of regions."""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import shapely  # type: ignore[import-untyped]
import shapely.geometry  # type: ignore[import-untyped]
from sqlalchemy import select

from api.load.complaint import UnreadableFile
from api.load.intake import Intake, Load
from api.load.town_spellings import Spellings, read_spellings, spelled, without_loose_marks
from geo.line_pieces import joined_pieces
from models.basemap import SMALLEST_OF_RANKS_KM2
from models.basemap_layer import SHAPE, drop_towns_of_geonames_told_twice, replace_lakes, replace_lines, replace_towns
from models.country import Country

Properties = Mapping[str, Any]
Feature = tuple[Properties, Any]
# How a line is drawn: its name, its rank and its lowest zoom level.
Drawn = tuple[str | None, int, int]
# Lowest zoom level of a feature by the highest rank that has it; the last pair covers all other ranks.
ZOOMS_OF_RIVERS = ((3, 4), (5, 5), (6, 6), (8, 7), (99, 8))
ZOOMS_OF_LAKES = ((2, 4), (4, 5), (5, 6), (99, 7))
ZOOMS_OF_ROADS = ((1, 6), (2, 7), (3, 8))
ZOOM_OF_RAILWAYS = 7
ZOOM_OF_REGIONS, ZOOM_OF_REGIONS_OF_LARGE_COUNTRIES = 6, 5
LEAST_ZOOM = 4
# Places of GeoNames: the minimum population, the lowest zoom level, and the rank beside the ranks 0 to 10 of Natural
# Earth.
SIZES_OF_PLACES = ((50_000, 7, 7), (10_000, 8, 9), (0, 9, 11))


async def load_rivers(intake: Intake) -> None:
    await _load_lines(intake, "river", lambda river: _ranked(river, ZOOMS_OF_RIVERS))


async def load_roads(intake: Intake) -> None:
    await _load_lines(intake, "road", lambda road: _ranked({"rank": road["class"]}, ZOOMS_OF_ROADS))


async def load_railways(intake: Intake) -> None:
    await _load_lines(intake, "railway", lambda _: (None, 1, ZOOM_OF_RAILWAYS))


async def load_region_borders(intake: Intake) -> None:
    """Load the borders of regions. Large countries have them from a lower zoom level."""
    is_large = Country.area_km2 >= SMALLEST_OF_RANKS_KM2[0]
    large = set(await intake.connection.scalars(select(Country.iso3).where(is_large)))

    def drawn(border: Properties) -> Drawn:
        if border.get("a3") in large:
            return None, 1, ZOOM_OF_REGIONS_OF_LARGE_COUNTRIES
        return None, 2, ZOOM_OF_REGIONS

    await _load_lines(intake, "region_border", drawn)


async def load_lakes(intake: Intake) -> None:
    lakes = [(_ranked(lake, ZOOMS_OF_LAKES), shape) for lake, shape in _features(intake.path)]
    await replace_lakes(intake.connection, [_row(drawn, shape) for drawn, shape in lakes])
    _count(intake, len(lakes))


def towns(table: Path) -> Load:
    """Build the loader for towns of Natural Earth; the spellings of the `table` replace the names of the file."""

    async def load(intake: Intake) -> None:
        spellings = read_spellings(table)
        rows = [_town(properties, shape, spellings) for properties, shape in _features(intake.path)]
        await replace_towns(intake.connection, "natural_earth", rows)
        await drop_towns_of_geonames_told_twice(intake.connection)
        _count(intake, len(rows))

    return load


async def load_places_near_borders(intake: Intake) -> None:
    """Load the places of GeoNames that Natural Earth does not have."""
    features = _features(intake.path)
    # The file has some places twice, at equal coordinates; the first has the larger population.
    places = {(place["name"], round(shape.x, 1), round(shape.y, 1)): (place, shape) for place, shape in features[::-1]}
    rows = [_place(place, shape) for place, shape in places.values()]
    await replace_towns(intake.connection, "geonames", rows)
    await drop_towns_of_geonames_told_twice(intake.connection)
    _count(intake, len(features))


async def _load_lines(intake: Intake, kind: str, drawn_of: Callable[[Properties], Drawn]) -> None:
    """Join lines that are drawn alike: half as many lines, and dashes that run on."""
    shapes_by_style: dict[Drawn, list[Any]] = defaultdict(list)
    features = _features(intake.path)
    for properties, shape in features:
        shapes_by_style[drawn_of(properties)].append(shape)
    rows = [_row(drawn, piece) for drawn, shapes in shapes_by_style.items() for piece in joined_pieces(shapes)]
    await replace_lines(intake.connection, kind, rows)
    _count(intake, len(features))


def _ranked(properties: Properties, zooms: tuple[tuple[int, int], ...]) -> Drawn:
    rank = int(properties["rank"])
    return properties.get("name"), rank, next(zoom for highest, zoom in zooms if rank <= highest)


def _row(drawn: Drawn, shape: Any) -> dict[str, Any]:  # noqa: ANN401 - a shape
    name, rank, least_zoom = drawn
    return {"name": name, "rank": rank, "least_zoom": least_zoom, SHAPE: shapely.to_wkb(shape)}


def _town(properties: Properties, shape: Any, spellings: Spellings) -> dict[str, Any]:  # noqa: ANN401 - a shape
    least_zoom = max(LEAST_ZOOM, int(properties["minzoom"]))
    drawn = {"rank": int(properties["rank"]), "least_zoom": least_zoom, SHAPE: shapely.to_wkb(shape)}
    return spelled(properties, spellings) | drawn


def _place(properties: Properties, shape: Any) -> dict[str, Any]:  # noqa: ANN401 - a shape
    least_zoom, rank = next(drawn for least, *drawn in SIZES_OF_PLACES if properties["pop"] >= least)
    names = {"name": without_loose_marks(properties["name"]), "name_fr": None, "name_es": None, "name_ar": None}
    return names | {"rank": rank, "least_zoom": least_zoom, SHAPE: shapely.to_wkb(shape)}


def _features(path: Path) -> list[Feature]:
    """Read properties and shape of each feature of a GeoJSON file, or raise UnreadableFile."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            features = json.load(file)["features"]
        return [(feature["properties"], shapely.geometry.shape(feature["geometry"])) for feature in features]
    except (OSError, ValueError, KeyError, shapely.errors.ShapelyError) as error:
        raise UnreadableFile(f"{path.name} is not a GeoJSON file of a layer of the basemap: {error}") from error


def _count(intake: Intake, features: int) -> None:
    intake.loaded.row_count = features
    intake.loaded.count("features", features)

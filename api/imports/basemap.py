"""Loaders for the layers of the basemap beside countries: towns, rivers, lakes, roads, railways, borders of regions."""

import gzip
import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import shapely  # type: ignore[import-untyped]
import shapely.geometry  # type: ignore[import-untyped]
from sqlalchemy import select

from api.imports.errors import UnreadableFile
from api.imports.importer import ImportContext, Loader
from api.imports.tabular_file import read_rows
from api.shipped_data import TOWN_SPELLINGS
from geo.borders import build_line_pieces
from models.queries.basemap import RANK_MIN_AREAS_KM2
from models.tables.basemap_layer import (
    SHAPE_PARAMETER,
    drop_duplicate_towns,
    replace_lakes,
    replace_lines,
    replace_towns,
)
from models.tables.country import Country

# The names of a town by alpha-3 code and the name in the file of towns.
Spellings = Mapping[tuple[str, str], Mapping[str, str]]
LANGUAGES = ("fr", "es", "ar")


def read_spellings(path: Path) -> Spellings:
    """Read the table of spellings, or raise UnreadableFile."""
    columns = ("iso3", "name", "spelled", *(f"name_{language}" for language in LANGUAGES))
    return {(row["iso3"], row["name"]): row for _, row in read_rows(path, columns)}


def spell_town(town: Mapping[str, Any], spellings: Spellings) -> dict[str, str | None]:
    """Return the name of a town in English, and different names in French, Spanish and Arabic.

    The file omits a name in a language if it equals `name`.
    """
    ours = spellings.get((town["a3"], town["name"]), {})
    name = ours.get("spelled") or town.get("name_en") or town["name"]
    return {"name": name} | {f"name_{language}": _find_name(language, town, ours, name) for language in LANGUAGES}


def strip_loose_marks(name: str) -> str:
    """Return the name without combining marks that have no composed letter: the map draws letters one by one."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(letter for letter in composed if not ("\u0300" <= letter <= "\u036f"))


def _find_name(language: str, town: Mapping[str, Any], ours: Mapping[str, str], name: str) -> str | None:
    spelling: str | None = ours.get(f"name_{language}") or town.get(f"name_{language}")
    if spelling is None and language != "ar" and not ours:
        spelling = town["name"]
    return None if spelling == name else spelling


Properties = Mapping[str, Any]
Feature = tuple[Properties, Any]
# Drawing of a line: its name, its rank and its lowest zoom level.
DrawingStyle = tuple[str | None, int, int]
# Lowest zoom level of a feature by the highest rank that has it; the last pair covers all other ranks.
RIVER_ZOOMS = ((3, 4), (5, 5), (6, 6), (8, 7), (99, 8))
LAKE_ZOOMS = ((2, 4), (4, 5), (5, 6), (99, 7))
ROAD_ZOOMS = ((1, 6), (2, 7), (3, 8))
RAILWAY_ZOOM = 7
REGION_ZOOM, LARGE_COUNTRY_REGION_ZOOM = 6, 5
MIN_ZOOM = 4
# Places of GeoNames: the minimum population, the lowest zoom level, and the rank beside the ranks 0 to 10 of Natural
# Earth.
PLACE_SIZES = ((50_000, 7, 7), (10_000, 8, 9), (0, 9, 11))


async def load_rivers(intake: ImportContext) -> None:
    await _load_lines(intake, "river", lambda river: _build_style(river, RIVER_ZOOMS))


async def load_roads(intake: ImportContext) -> None:
    await _load_lines(intake, "road", lambda road: _build_style({"rank": road["class"]}, ROAD_ZOOMS))


async def load_railways(intake: ImportContext) -> None:
    await _load_lines(intake, "railway", lambda _: (None, 1, RAILWAY_ZOOM))


async def load_region_borders(intake: ImportContext) -> None:
    """Load the borders of regions. Large countries have them from a lower zoom level."""
    is_large = Country.area_km2 >= RANK_MIN_AREAS_KM2[0]
    large = set(await intake.connection.scalars(select(Country.iso3).where(is_large)))

    def style_border(border: Properties) -> DrawingStyle:
        if border.get("a3") in large:
            return None, 1, LARGE_COUNTRY_REGION_ZOOM
        return None, 2, REGION_ZOOM

    await _load_lines(intake, "region_border", style_border)


async def load_lakes(intake: ImportContext) -> None:
    lakes = [(_build_style(lake, LAKE_ZOOMS), shape) for lake, shape in _read_features(intake.path)]
    await replace_lakes(intake.connection, [_build_row(drawn, shape) for drawn, shape in lakes])
    _count_features(intake, len(lakes))


def build_town_loader(table: Path) -> Loader:
    """Build the loader for towns of Natural Earth; the spellings of the `table` replace the names of the file."""

    async def load(intake: ImportContext) -> None:
        spellings = read_spellings(table)
        rows = [_build_town(properties, shape, spellings) for properties, shape in _read_features(intake.path)]
        await replace_towns(intake.connection, "natural_earth", rows)
        await drop_duplicate_towns(intake.connection)
        _count_features(intake, len(rows))

    return load


async def load_places_near_borders(intake: ImportContext) -> None:
    """Load the places of GeoNames that Natural Earth does not have."""
    features = _read_features(intake.path)
    # The file has some places twice, at equal coordinates; the first has the larger population.
    places = {(place["name"], round(shape.x, 1), round(shape.y, 1)): (place, shape) for place, shape in features[::-1]}
    rows = [_build_place(place, shape) for place, shape in places.values()]
    await replace_towns(intake.connection, "geonames", rows)
    await drop_duplicate_towns(intake.connection)
    _count_features(intake, len(features))


async def _load_lines(intake: ImportContext, kind: str, drawn_of: Callable[[Properties], DrawingStyle]) -> None:
    """Join lines that are drawn alike: half as many lines, and dashes that run on."""
    shapes_by_style: dict[DrawingStyle, list[Any]] = defaultdict(list)
    features = _read_features(intake.path)
    for properties, shape in features:
        shapes_by_style[drawn_of(properties)].append(shape)
    rows = [
        _build_row(drawn, piece) for drawn, shapes in shapes_by_style.items() for piece in build_line_pieces(shapes)
    ]
    await replace_lines(intake.connection, kind, rows)
    _count_features(intake, len(features))


def _build_style(properties: Properties, zooms: tuple[tuple[int, int], ...]) -> DrawingStyle:
    rank = int(properties["rank"])
    return properties.get("name"), rank, next(zoom for highest, zoom in zooms if rank <= highest)


def _build_row(drawn: DrawingStyle, shape: Any) -> dict[str, Any]:  # noqa: ANN401 - a shape
    name, rank, least_zoom = drawn
    return {"name": name, "rank": rank, "least_zoom": least_zoom, SHAPE_PARAMETER: shapely.to_wkb(shape)}


def _build_town(properties: Properties, shape: Any, spellings: Spellings) -> dict[str, Any]:  # noqa: ANN401 - a shape
    least_zoom = max(MIN_ZOOM, int(properties["minzoom"]))
    drawn = {"rank": int(properties["rank"]), "least_zoom": least_zoom, SHAPE_PARAMETER: shapely.to_wkb(shape)}
    return spell_town(properties, spellings) | drawn


def _build_place(properties: Properties, shape: Any) -> dict[str, Any]:  # noqa: ANN401 - a shape
    least_zoom, rank = next(drawn for least, *drawn in PLACE_SIZES if properties["pop"] >= least)
    names = {"name": strip_loose_marks(properties["name"]), "name_fr": None, "name_es": None, "name_ar": None}
    return names | {"rank": rank, "least_zoom": least_zoom, SHAPE_PARAMETER: shapely.to_wkb(shape)}


def _read_features(path: Path) -> list[Feature]:
    """Read properties and shape of each feature of a GeoJSON file, or raise UnreadableFile."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            features = json.load(file)["features"]
        return [(feature["properties"], shapely.geometry.shape(feature["geometry"])) for feature in features]
    except (OSError, ValueError, KeyError, shapely.errors.ShapelyError) as error:
        raise UnreadableFile(f"{path.name} is not a GeoJSON file of a layer of the basemap: {error}") from error


def _count_features(intake: ImportContext, features: int) -> None:
    intake.loaded.row_count = features
    intake.loaded.count("features", features)


# Kind of each file, its name below `data`, and its loader.
BASEMAP_FILES: tuple[tuple[str, str, Loader], ...] = (
    ("towns", "basemap/ne_10m_populated_places.geojson.gz", build_town_loader(TOWN_SPELLINGS)),
    ("places near borders", "basemap/geonames_places_near_borders_ccby.geojson.gz", load_places_near_borders),
    ("region borders", "basemap/ne_10m_admin1_lines.geojson.gz", load_region_borders),
    ("rivers", "basemap/ne_10m_rivers.geojson.gz", load_rivers),
    ("lakes", "basemap/ne_10m_lakes.geojson.gz", load_lakes),
    ("roads", "basemap/ne_10m_roads_near_borders.geojson.gz", load_roads),
    ("railways", "basemap/ne_10m_railroads.geojson.gz", load_railways),
)

"""Basemap layers of all our maps: land and water, borders, roads and railways, and their names."""

from typing import Any, Literal

from api.tiles.symbols import load_symbols

Layer = dict[str, Any]
Language = Literal["en", "fr", "es", "ar"]
SOURCE = "basemap"
FONT = "Noto Sans Regular"
WATER, LAND = load_symbols().ground.water, load_symbols().ground.land
BORDER, NAME = "#8f8a80", "#4a4843"
RIVER, ROAD, RAILWAY, NAME_OF_WATER = "#a3c4d8", "#ded4c2", "#c2bbae", "#3f6580"
# The lowest rank of labels, 1 for the largest countries, by the zoom level from which they are shown.
RANKS = ((0, 1), (1.5, 2), (2.5, 3), (3.5, 4), (4.5, 5), (5.5, 6))
# At lower zoom levels a river is too short for its name.
NAMED_RIVERS_ZOOM = 6
# Distance from a town to its name, in heights of a letter; it leaves room for the symbol of the town's airport.
ROOM_BESIDE_TOWNS = 0.8


def build_lower_layers() -> list[Layer]:
    """Build water and land, the layers below all others."""
    return [
        {"id": "water", "type": "background", "paint": {"background-color": WATER}},
        # Coasts and borders cover its edges. Smooth edges would take as long as all other layers.
        {
            "id": "land",
            "type": "fill",
            **_refer_to_source("countries"),
            "paint": {"fill-color": LAND, "fill-antialias": False},
        },
    ]


def build_upper_layers(language: Language) -> list[Layer]:
    """Build waters, ways, borders, and names in a language: the layers above areas and below points.

    The map's pages put their areas below the first of them, `lakes`.
    """
    return [
        *_build_way_layers(),
        *_build_border_layers(),
        *_build_water_names(),
        *_build_town_layers(language),
        _build_label_layer(language),
    ]


def _build_way_layers() -> list[Layer]:
    lakes = {"id": "lakes", "type": "fill", **_refer_to_source("lakes"), "paint": {"fill-color": WATER}}
    roads = {"line-color": ROAD, "line-width": _interpolate_zoom(6, 0.8, 10, 2.4)}
    railways = {"line-color": RAILWAY, "line-width": _interpolate_zoom(7, 0.6, 10, 1.2)}
    region_borders = {"line-color": BORDER, "line-width": _interpolate_zoom(5, 0.4, 9, 0.9), "line-opacity": 0.7}
    return [
        lakes,
        _build_line_layer("rivers", "rivers", {"line-color": RIVER, "line-width": _interpolate_zoom(4, 0.6, 9, 1.6)}),
        _build_line_layer("railways", "railways", railways),
        _build_line_layer("roads", "roads", roads),
        _build_line_layer("region-borders", "region_borders", region_borders | {"line-dasharray": [2, 2]}),
    ]


def _build_border_layers() -> list[Layer]:
    is_border = ["has", "other_iso3"]
    is_disputed = ["==", ["get", "disputed"], True]
    line = {"line-color": BORDER, "line-width": _interpolate_zoom(1, 0.7, 6, 1.2)}
    agreed, disputed = ["all", is_border, ["!", is_disputed]], ["all", is_border, is_disputed]
    return [
        _build_line_layer("coasts", "borders", line | {"line-opacity": 0.6}, ["!", is_border]),
        _build_line_layer("borders", "borders", line, agreed),
        _build_line_layer("disputed-borders", "borders", line | {"line-dasharray": [3, 2]}, disputed),
    ]


def _build_line_layer(name: str, layer: str, paint: dict[str, Any], condition: list[Any] | None = None) -> Layer:
    filtered = {} if condition is None else {"filter": condition}
    return {"id": name, "type": "line", **_refer_to_source(layer), **filtered, "paint": paint}


def _build_water_names() -> list[Layer]:
    paint = _build_text_paint() | {"text-color": NAME_OF_WATER}
    text = {"text-field": ["get", "name"], "text-font": [FONT], "text-size": 12}
    along = {"symbol-placement": "line", "symbol-spacing": 500, "text-max-angle": 30}
    rivers = {"id": "river-names", "type": "symbol", **_refer_to_source("rivers"), "minzoom": NAMED_RIVERS_ZOOM}
    lakes = {"id": "lake-names", "type": "symbol", **_refer_to_source("lake_labels")}
    return [
        rivers | {"layout": text | along, "paint": paint},
        lakes | {"layout": text | {"text-max-width": 7, "symbol-sort-key": ["get", "rank"]}, "paint": paint},
    ]


def _build_town_layers(language: Language) -> list[Layer]:
    """Build dots, and names beside them on the side that has room."""
    dot = {"circle-radius": 1.8, "circle-color": NAME, "circle-stroke-color": LAND, "circle-stroke-width": 0.8}
    # Towns have a name in English, and a name in another language only if it differs.
    english = {"text-field": ["get", "name"]} if language == "en" else {}
    layout = {
        **_build_text_layout(language),
        **english,
        "text-size": 12,
        "text-max-width": 8,
        "text-padding": 3,
        "text-variable-anchor": ["left", "right", "bottom", "top"],
        "text-radial-offset": ROOM_BESIDE_TOWNS,
        "text-justify": "auto",
        "symbol-sort-key": ["get", "rank"],
    }
    return [
        {"id": "towns", "type": "circle", **_refer_to_source("towns"), "paint": dot},
        {
            "id": "town-names",
            "type": "symbol",
            **_refer_to_source("towns"),
            "layout": layout,
            "paint": _build_text_paint(),
        },
    ]


def _build_label_layer(language: Language) -> Layer:
    steps = [part for zoom, rank in RANKS[1:] for part in (zoom, rank)]
    # Arabic letters are joined, and must not be spaced.
    spacing = {} if language == "ar" else {"text-letter-spacing": 0.08}
    return {
        "id": "names",
        "type": "symbol",
        **_refer_to_source("labels"),
        "filter": ["<=", ["get", "rank"], ["step", ["zoom"], RANKS[0][1], *steps]],
        "layout": {
            **_build_text_layout(language),
            **spacing,
            "text-size": _interpolate_zoom(1, 10, 6, 13),
            "text-max-width": 7,
            "text-padding": 6,
            "symbol-sort-key": ["get", "rank"],
        },
        "paint": _build_text_paint(),
    }


def _build_text_layout(language: Language) -> dict[str, Any]:
    """Build the layout of the name in the language, or of the name without a language if there is none."""
    return {"text-field": ["coalesce", ["get", f"name_{language}"], ["get", "name"]], "text-font": [FONT]}


def _build_text_paint() -> dict[str, Any]:
    return {"text-color": NAME, "text-halo-color": "rgba(255, 255, 255, 0.8)", "text-halo-width": 1.2}


def _interpolate_zoom(first: float, narrow: float, last: float, wide: float) -> list[Any]:
    return ["interpolate", ["linear"], ["zoom"], first, narrow, last, wide]


def _refer_to_source(layer: str) -> Layer:
    return {"source": SOURCE, "source-layer": layer}

"""Basemap layers of all our maps: land and water, borders, roads and railways, and their names."""

from typing import Any, Literal

from api.symbols import symbols

Layer = dict[str, Any]
Language = Literal["en", "fr", "es", "ar"]
SOURCE = "basemap"
FONT = "Noto Sans Regular"
WATER, LAND = symbols().ground.water, symbols().ground.land
BORDER, NAME = "#8f8a80", "#4a4843"
RIVER, ROAD, RAILWAY, NAME_OF_WATER = "#a3c4d8", "#ded4c2", "#c2bbae", "#3f6580"
# The lowest rank of labels, 1 for the largest countries, by the zoom level from which they are shown.
RANKS = ((0, 1), (1.5, 2), (2.5, 3), (3.5, 4), (4.5, 5), (5.5, 6))
# At lower zoom levels a river is too short for its name.
NAMED_RIVERS_ZOOM = 6
# Distance from a town to its name, in heights of a letter; it leaves room for the symbol of the town's airport.
ROOM_BESIDE_TOWNS = 0.8


def below() -> list[Layer]:
    """Build water and land, the layers below all others."""
    return [
        {"id": "water", "type": "background", "paint": {"background-color": WATER}},
        # Coasts and borders cover its edges. Smooth edges would take as long as all other layers.
        {"id": "land", "type": "fill", **_of("countries"), "paint": {"fill-color": LAND, "fill-antialias": False}},
    ]


def above(language: Language) -> list[Layer]:
    """Build waters, ways, borders, and names in a language: the layers above areas and below points.

    The map's pages put their areas below the first of them, `lakes`.
    """
    return [*_ground(), *_borders(), *_names_of_waters(), *_towns(language), _names(language)]


def _ground() -> list[Layer]:
    lakes = {"id": "lakes", "type": "fill", **_of("lakes"), "paint": {"fill-color": WATER}}
    roads = {"line-color": ROAD, "line-width": _by_zoom(6, 0.8, 10, 2.4)}
    railways = {"line-color": RAILWAY, "line-width": _by_zoom(7, 0.6, 10, 1.2)}
    region_borders = {"line-color": BORDER, "line-width": _by_zoom(5, 0.4, 9, 0.9), "line-opacity": 0.7}
    return [
        lakes,
        _line("rivers", "rivers", {"line-color": RIVER, "line-width": _by_zoom(4, 0.6, 9, 1.6)}),
        _line("railways", "railways", railways),
        _line("roads", "roads", roads),
        _line("region-borders", "region_borders", region_borders | {"line-dasharray": [2, 2]}),
    ]


def _borders() -> list[Layer]:
    is_border = ["has", "other_iso3"]
    is_disputed = ["==", ["get", "disputed"], True]
    line = {"line-color": BORDER, "line-width": _by_zoom(1, 0.7, 6, 1.2)}
    agreed, disputed = ["all", is_border, ["!", is_disputed]], ["all", is_border, is_disputed]
    return [
        _line("coasts", "borders", line | {"line-opacity": 0.6}, ["!", is_border]),
        _line("borders", "borders", line, agreed),
        _line("disputed-borders", "borders", line | {"line-dasharray": [3, 2]}, disputed),
    ]


def _line(name: str, layer: str, paint: dict[str, Any], condition: list[Any] | None = None) -> Layer:
    filtered = {} if condition is None else {"filter": condition}
    return {"id": name, "type": "line", **_of(layer), **filtered, "paint": paint}


def _names_of_waters() -> list[Layer]:
    paint = _lettering() | {"text-color": NAME_OF_WATER}
    text = {"text-field": ["get", "name"], "text-font": [FONT], "text-size": 12}
    along = {"symbol-placement": "line", "symbol-spacing": 500, "text-max-angle": 30}
    rivers = {"id": "river-names", "type": "symbol", **_of("rivers"), "minzoom": NAMED_RIVERS_ZOOM}
    lakes = {"id": "lake-names", "type": "symbol", **_of("lake_labels")}
    return [
        rivers | {"layout": text | along, "paint": paint},
        lakes | {"layout": text | {"text-max-width": 7, "symbol-sort-key": ["get", "rank"]}, "paint": paint},
    ]


def _towns(language: Language) -> list[Layer]:
    """Build dots, and names beside them on the side that has room."""
    dot = {"circle-radius": 1.8, "circle-color": NAME, "circle-stroke-color": LAND, "circle-stroke-width": 0.8}
    # Towns have a name in English, and a name in another language only if it differs.
    english = {"text-field": ["get", "name"]} if language == "en" else {}
    layout = {
        **_text(language),
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
        {"id": "towns", "type": "circle", **_of("towns"), "paint": dot},
        {"id": "town-names", "type": "symbol", **_of("towns"), "layout": layout, "paint": _lettering()},
    ]


def _names(language: Language) -> Layer:
    steps = [part for zoom, rank in RANKS[1:] for part in (zoom, rank)]
    # Arabic letters are joined, and must not be spaced.
    spacing = {} if language == "ar" else {"text-letter-spacing": 0.08}
    return {
        "id": "names",
        "type": "symbol",
        **_of("labels"),
        "filter": ["<=", ["get", "rank"], ["step", ["zoom"], RANKS[0][1], *steps]],
        "layout": {
            **_text(language),
            **spacing,
            "text-size": _by_zoom(1, 10, 6, 13),
            "text-max-width": 7,
            "text-padding": 6,
            "symbol-sort-key": ["get", "rank"],
        },
        "paint": _lettering(),
    }


def _text(language: Language) -> dict[str, Any]:
    """Build the layout of the name in the language, or of the name without a language if there is none."""
    return {"text-field": ["coalesce", ["get", f"name_{language}"], ["get", "name"]], "text-font": [FONT]}


def _lettering() -> dict[str, Any]:
    return {"text-color": NAME, "text-halo-color": "rgba(255, 255, 255, 0.8)", "text-halo-width": 1.2}


def _by_zoom(first: float, narrow: float, last: float, wide: float) -> list[Any]:
    return ["interpolate", ["linear"], ["zoom"], first, narrow, last, wide]


def _of(layer: str) -> Layer:
    return {"source": SOURCE, "source-layer": layer}

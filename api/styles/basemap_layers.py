"""The background of every map of ours: countries, their borders and their names."""

from typing import Any, Literal

Layer = dict[str, Any]
Language = Literal["en", "fr", "es", "ar"]
SOURCE = "basemap"
FONT = "Noto Sans Regular"
WATER, LAND, BORDER, NAME = "#d8e5ec", "#f5f2ea", "#8f887c", "#5a5347"
# The least rank of a label, 1 for the largest countries, by the zoom level from which it is shown.
RANKS = ((0, 1), (1.5, 2), (2.5, 3), (3.5, 4), (4.5, 5), (5.5, 6))


def below() -> list[Layer]:
    """Water and land: what lies below all else."""
    return [
        {"id": "water", "type": "background", "paint": {"background-color": WATER}},
        # Coasts and borders are drawn along its edges: smooth, these would take as long as all else.
        {"id": "land", "type": "fill", **_of("countries"), "paint": {"fill-color": LAND, "fill-antialias": False}},
    ]


def above(language: Language) -> list[Layer]:
    """Coasts, borders, and names in a language: what is drawn above areas and below points."""
    is_border = ["has", "other_iso3"]
    is_disputed = ["==", ["get", "disputed"], True]
    line = {"line-color": BORDER, "line-width": ["interpolate", ["linear"], ["zoom"], 1, 0.6, 6, 1.2]}
    agreed, disputed = ["all", is_border, ["!", is_disputed]], ["all", is_border, is_disputed]
    return [
        _line("coasts", ["!", is_border], line | {"line-opacity": 0.6}),
        _line("borders", agreed, line),
        _line("disputed-borders", disputed, line | {"line-dasharray": [3, 2]}),
        _names(language),
    ]


def _line(name: str, condition: list[Any], paint: dict[str, Any]) -> Layer:
    return {"id": name, "type": "line", **_of("borders"), "filter": condition, "paint": paint}


def _names(language: Language) -> Layer:
    steps = [part for zoom, rank in RANKS[1:] for part in (zoom, rank)]
    return {
        "id": "names",
        "type": "symbol",
        **_of("labels"),
        "filter": ["<=", ["get", "rank"], ["step", ["zoom"], RANKS[0][1], *steps]],
        "layout": {
            "text-field": ["coalesce", ["get", f"name_{language}"], ["get", "name"]],
            "text-font": [FONT],
            "text-size": ["interpolate", ["linear"], ["zoom"], 1, 10, 6, 13],
            "text-max-width": 7,
            "text-padding": 6,
            "symbol-sort-key": ["get", "rank"],
        },
        "paint": {"text-color": NAME, "text-halo-color": "rgba(255, 255, 255, 0.8)", "text-halo-width": 1.2},
    }


def _of(layer: str) -> Layer:
    return {"source": SOURCE, "source-layer": layer}

"""How the features of a collection are drawn: with circles, fills and text alone, which every client can draw."""

from collections.abc import Iterable
from typing import Any

from api.collections import Collection
from api.styles.basemap_layers import FONT, Layer
from api.symbols import Category, symbols
from api.tiles.layer import NOT_ASSESSED

Expression = list[Any]
IS_GATHERED: Expression = ["has", "points"]
IS_NOT_ASSESSED: Expression = ["==", ["get", "assessed"], False]


def collection_layers(collection: Collection) -> list[Layer]:
    """The layers of its tiles, the lowest first."""
    return [_areas(collection)] if collection.geometry != "Point" else [_points(collection), *_gathered(collection)]


def _areas(collection: Collection) -> Layer:
    colour = _by("international_travel", symbols().travel_levels, symbols().no_level.colour)
    return {"id": collection.id, "type": "fill", **_of(collection), "paint": {"fill-color": colour}}


def _points(collection: Collection) -> Layer:
    """Above the others what weighs most: a closed point is never hidden by an open one."""
    empty = symbols().not_assessed.colour
    order = [part for place, group in enumerate(symbols().status_groups, 1) for part in (group.value, place)]
    return {
        "id": collection.id,
        "type": "circle",
        **_of(collection),
        "filter": ["!", IS_GATHERED],
        "layout": {"circle-sort-key": ["case", IS_NOT_ASSESSED, 0, ["match", ["get", "status_group"], *order, 0]]},
        "paint": {
            "circle-color": ["case", IS_NOT_ASSESSED, "#ffffff", _by("status_group", symbols().status_groups, empty)],
            "circle-radius": ["interpolate", ["linear"], ["zoom"], 4, 3.5, 8, 6, 12, 9],
            "circle-stroke-color": ["case", IS_NOT_ASSESSED, empty, "#ffffff"],
            "circle-stroke-width": ["case", IS_NOT_ASSESSED, 1.5, 1],
        },
    }


def _gathered(collection: Collection) -> list[Layer]:
    """Where the tiles gather points: a circle in the colour of the group most of them are in, and their number."""
    places = {"filter": IS_GATHERED, **_of(collection)}
    radius = ["interpolate", ["linear"], ["log10", ["get", "points"]], 0, 5, 1, 9, 3, 18]
    circle = {
        "circle-color": _of_most(),
        "circle-radius": radius,
        "circle-stroke-color": "#ffffff",
        "circle-stroke-width": 1,
        "circle-opacity": 0.9,
    }
    text = {"text-field": ["to-string", ["get", "points"]], "text-font": [FONT], "text-size": 10}
    return [
        {"id": f"{collection.id}-gathered", "type": "circle", **places, "paint": circle},
        {
            "id": f"{collection.id}-numbers",
            "type": "symbol",
            **places,
            "filter": ["all", IS_GATHERED, [">", ["get", "points"], 1]],
            "layout": text,
            "paint": {"text-color": "#1d2733", "text-halo-color": "#ffffff", "text-halo-width": 1.2},
        },
    ]


def _of_most() -> Expression:
    """The colour of the status group of most of the gathered points."""
    groups = (*reversed(symbols().status_groups), symbols().not_assessed)
    counts = [["get", _counted(group)] for group in groups]
    cases = [
        part
        for group, count in zip(groups, counts, strict=True)
        for part in (["==", count, ["max", *counts]], group.colour)
    ]
    return ["case", *cases, symbols().not_assessed.colour]


def _counted(group: Category) -> str:
    return NOT_ASSESSED if group.value is None else str(group.value)


def _by(name: str, categories: Iterable[Category], otherwise: str) -> Expression:
    choices = [part for category in categories for part in (category.value, category.colour)]
    return ["match", ["get", name], *choices, otherwise]


def _of(collection: Collection) -> Layer:
    return {"source": collection.id, "source-layer": collection.id}

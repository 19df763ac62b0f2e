"""Map layers of a collection: circles, fills and text only, which every client can draw."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from api.collections.collection import Collection, LevelSymbols, PlainSymbol
from api.tiles.fields import NOT_ASSESSED, get_tile_properties
from api.tiles.styles.basemap_layers import FONT, Layer
from api.tiles.symbols import Category, StatusSymbol, load_symbols

Expression = list[Any]
IS_CLUSTER: Expression = ["has", "points"]
# Points without an assessment have the group `unknown`; in changes, and in tiles without the property, no group.
IS_NOT_ASSESSED: Expression = ["any", ["==", ["get", "assessed"], False], ["!", ["has", "status_group"]]]


def build_collection_layers(collection: Collection, last_old_day: dt.date | None) -> list[Layer]:
    """Build the layers of its tiles, the lowest first. Points last assessed by `last_old_day` are pale."""
    symbols = collection.symbols
    if isinstance(symbols, LevelSymbols):
        return [_build_area_layer(collection, symbols)]
    if isinstance(symbols, PlainSymbol):
        return _build_plain_layers(collection, symbols)
    says_when = "last_assessed" in get_tile_properties(collection)
    return [*_build_point_layers(collection, last_old_day if says_when else None), *_build_cluster_layers(collection)]


def _build_area_layer(collection: Collection, symbols: LevelSymbols) -> Layer:
    colour = _match_colour(symbols.property, load_symbols().travel_levels, load_symbols().no_level.colour)
    return {"id": collection.id, "type": "fill", **_refer_to_source(collection), "paint": {"fill-color": colour}}


def _build_plain_layers(collection: Collection, symbol: PlainSymbol) -> list[Layer]:
    """Build one layer for all features; for clustered points also circles and numbers of the clusters."""
    if collection.geometry != "Point":
        paint = {"fill-color": symbol.colour, "fill-outline-color": symbol.outline}
        return [{"id": collection.id, "type": "fill", **_refer_to_source(collection), "paint": paint}]
    points = {
        "id": collection.id,
        "type": "circle",
        **_refer_to_source(collection),
        **_build_circles(symbol.colour, symbol.outline, ["!", IS_CLUSTER]),
    }
    if collection.tile.clusters is None:
        return [points]
    clusters = {
        "id": f"{collection.id}-gathered",
        "type": "circle",
        **_refer_to_source(collection),
        **_build_sized_circles(symbol.colour, symbol.outline, IS_CLUSTER),
    }
    return [points, clusters, _build_numbers(collection)]


def _build_point_layers(collection: Collection, last_old_day: dt.date | None) -> list[Layer]:
    """Build a layer for each status group, and below it a layer for its old reports: QGIS reads only constant circle
    colours.

    Closed points are above all others, so that no open point hides a closed point.
    """
    empty = _build_circle_layer(collection, load_symbols().not_assessed, IS_NOT_ASSESSED)
    return [
        empty,
        *(
            layer
            for group in load_symbols().status_groups
            for layer in _build_group_layers(collection, group, last_old_day)
        ),
    ]


def _build_group_layers(collection: Collection, group: StatusSymbol, last_old_day: dt.date | None) -> Iterator[Layer]:
    if last_old_day is None:
        yield _build_circle_layer(collection, group, _build_group_condition(group))
        return
    is_old: Expression = ["all", ["has", "last_assessed"], ["<=", ["get", "last_assessed"], last_old_day.isoformat()]]
    pale = _build_circle_layer(
        collection, group.model_copy(update={"colour": group.tint}), ["all", _build_group_condition(group), is_old]
    )
    yield pale | {"id": f"{pale['id']}-old"}
    yield _build_circle_layer(collection, group, ["all", _build_group_condition(group), ["!", is_old]])


def _build_group_condition(group: Category) -> Expression:
    return ["all", ["!=", ["get", "assessed"], False], ["==", ["get", "status_group"], group.value]]


def _build_circle_layer(collection: Collection, group: StatusSymbol, condition: Expression) -> Layer:
    """Build circles with the line of the group, the only part that contrasts with land and with shaded countries."""
    return {
        "id": f"{collection.id}-{_get_count_name(group)}",
        "type": "circle",
        **_refer_to_source(collection),
        **_build_circles(group.colour, group.line, ["all", ["!", IS_CLUSTER], condition]),
    }


def _build_circles(colour: str, line: str, condition: Expression) -> Layer:
    paint = {
        "circle-color": colour,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 4, 3.5, 8, 6, 12, 9],
        "circle-stroke-color": line,
        "circle-stroke-width": load_symbols().edge.line_px,
    }
    return {"filter": condition, "paint": paint}


def _build_cluster_layers(collection: Collection) -> list[Layer]:
    """Build the layers of clusters: a circle in the colour of the most frequent group, and the number of points."""
    groups = (load_symbols().not_assessed, *load_symbols().status_groups)
    circles = [_build_cluster_circles(collection, group, _build_majority_condition(group)) for group in groups]
    return [*circles, _build_numbers(collection)]


def _build_numbers(collection: Collection) -> Layer:
    return {
        "id": f"{collection.id}-numbers",
        "type": "symbol",
        **_refer_to_source(collection),
        "filter": ["all", IS_CLUSTER, [">", ["get", "points"], 1]],
        "layout": {"text-field": ["to-string", ["get", "points"]], "text-font": [FONT], "text-size": 10},
        "paint": {"text-color": "#1d2733", "text-halo-color": "#ffffff", "text-halo-width": 1.2},
    }


def _build_cluster_circles(collection: Collection, group: StatusSymbol, condition: Expression) -> Layer:
    return {
        "id": f"{collection.id}-gathered-{_get_count_name(group)}",
        "type": "circle",
        **_refer_to_source(collection),
        **_build_sized_circles(group.colour, group.line, ["all", IS_CLUSTER, condition]),
    }


def _build_sized_circles(colour: str, line: str, condition: Expression) -> Layer:
    paint = {
        "circle-color": colour,
        "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "points"]], 0, 5, 1, 9, 3, 18],
        "circle-stroke-color": line,
        "circle-stroke-width": load_symbols().edge.line_px,
        "circle-opacity": 0.9,
    }
    return {"filter": condition, "paint": paint}


def _build_majority_condition(group: Category) -> Expression:
    """Build the condition that no other group has more points of the cluster; of equal groups the more restricted
    counts.

    Points without a status group count as not assessed.
    """
    counts = [["get", _get_count_name(each)] for each in (load_symbols().not_assessed, *load_symbols().status_groups)]
    own = ["get", _get_count_name(group)]
    if group == load_symbols().not_assessed:
        return ["all", *(["any", [">", own, other], ["==", other, 0]] for other in counts[1:])]
    place = counts.index(own)
    lower, higher = counts[:place], counts[place + 1 :]
    return ["all", [">", own, 0], *([">=", own, other] for other in lower), *([">", own, other] for other in higher)]


def _get_count_name(group: Category) -> str:
    return NOT_ASSESSED if group.value is None else str(group.value)


def _match_colour(name: str, categories: Iterable[Category], otherwise: str) -> Expression:
    choices = [part for category in categories for part in (category.value, category.colour)]
    return ["match", ["get", name], *choices, otherwise]


def _refer_to_source(collection: Collection) -> Layer:
    return {"source": collection.id, "source-layer": collection.id}

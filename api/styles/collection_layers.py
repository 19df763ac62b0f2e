"""Map layers of a collection: circles, fills and text only, which every client can draw."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from api.collections import Collection
from api.styles.basemap_layers import FONT, Layer
from api.symbols import Category, StatusSymbol, symbols
from api.tiles.layer import NOT_ASSESSED, drawn_of

Expression = list[Any]
IS_GATHERED: Expression = ["has", "points"]
# Points without an assessment have the group `unknown`; in changes, and in tiles without the property, no group.
IS_NOT_ASSESSED: Expression = ["any", ["==", ["get", "assessed"], False], ["!", ["has", "status_group"]]]


def collection_layers(collection: Collection, last_old_day: dt.date | None) -> list[Layer]:
    """Build the layers of its tiles, the lowest first. Points last assessed by `last_old_day` are pale."""
    if collection.geometry != "Point":
        return [_areas(collection)]
    says_when = "last_assessed" in drawn_of(collection)
    return [*_points(collection, last_old_day if says_when else None), *_gathered(collection)]


def _areas(collection: Collection) -> Layer:
    colour = _by("international_travel", symbols().travel_levels, symbols().no_level.colour)
    return {"id": collection.id, "type": "fill", **_of(collection), "paint": {"fill-color": colour}}


def _points(collection: Collection, last_old_day: dt.date | None) -> list[Layer]:
    """Build a layer for each status group, and below it a layer for its old reports: QGIS reads only constant circle
    colours.

    Closed points are above all others, so that no open point hides a closed point.
    """
    empty = _circles(collection, symbols().not_assessed, IS_NOT_ASSESSED)
    return [
        empty,
        *(layer for group in symbols().status_groups for layer in _of_group(collection, group, last_old_day)),
    ]


def _of_group(collection: Collection, group: StatusSymbol, last_old_day: dt.date | None) -> Iterator[Layer]:
    if last_old_day is None:
        yield _circles(collection, group, _is_in(group))
        return
    is_old: Expression = ["all", ["has", "last_assessed"], ["<=", ["get", "last_assessed"], last_old_day.isoformat()]]
    pale = _circles(collection, group.model_copy(update={"colour": group.tint}), ["all", _is_in(group), is_old])
    yield pale | {"id": f"{pale['id']}-old"}
    yield _circles(collection, group, ["all", _is_in(group), ["!", is_old]])


def _is_in(group: Category) -> Expression:
    return ["all", ["!=", ["get", "assessed"], False], ["==", ["get", "status_group"], group.value]]


def _circles(collection: Collection, group: StatusSymbol, condition: Expression) -> Layer:
    """Build circles with the line of the group, the only part that contrasts with land and with shaded countries."""
    paint = {
        "circle-color": group.colour,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 4, 3.5, 8, 6, 12, 9],
        "circle-stroke-color": group.line,
        "circle-stroke-width": symbols().edge.line_px,
    }
    drawn = {"filter": ["all", ["!", IS_GATHERED], condition], "paint": paint}
    return {"id": f"{collection.id}-{_counted(group)}", "type": "circle", **_of(collection), **drawn}


def _gathered(collection: Collection) -> list[Layer]:
    """Build the layers of clusters: a circle in the colour of the most frequent group, and the number of points."""
    groups = (symbols().not_assessed, *symbols().status_groups)
    circles = [_gathered_circles(collection, group, _is_of_most(group)) for group in groups]
    numbers = {
        "id": f"{collection.id}-numbers",
        "type": "symbol",
        **_of(collection),
        "filter": ["all", IS_GATHERED, [">", ["get", "points"], 1]],
        "layout": {"text-field": ["to-string", ["get", "points"]], "text-font": [FONT], "text-size": 10},
        "paint": {"text-color": "#1d2733", "text-halo-color": "#ffffff", "text-halo-width": 1.2},
    }
    return [*circles, numbers]


def _gathered_circles(collection: Collection, group: StatusSymbol, condition: Expression) -> Layer:
    return {
        "id": f"{collection.id}-gathered-{_counted(group)}",
        "type": "circle",
        **_of(collection),
        "filter": ["all", IS_GATHERED, condition],
        "paint": {
            "circle-color": group.colour,
            "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "points"]], 0, 5, 1, 9, 3, 18],
            "circle-stroke-color": group.line,
            "circle-stroke-width": symbols().edge.line_px,
            "circle-opacity": 0.9,
        },
    }


def _is_of_most(group: Category) -> Expression:
    """Build the condition that no other group has more points of the cluster; of equal groups the more restricted
    counts.

    Points without a status group count as not assessed.
    """
    counts = [["get", _counted(each)] for each in (symbols().not_assessed, *symbols().status_groups)]
    own = ["get", _counted(group)]
    if group == symbols().not_assessed:
        return ["all", *(["any", [">", own, other], ["==", other, 0]] for other in counts[1:])]
    place = counts.index(own)
    lower, higher = counts[:place], counts[place + 1 :]
    return ["all", [">", own, 0], *([">=", own, other] for other in lower), *([">", own, other] for other in higher)]


def _counted(group: Category) -> str:
    return NOT_ASSESSED if group.value is None else str(group.value)


def _by(name: str, categories: Iterable[Category], otherwise: str) -> Expression:
    choices = [part for category in categories for part in (category.value, category.colour)]
    return ["match", ["get", name], *choices, otherwise]


def _of(collection: Collection) -> Layer:
    return {"source": collection.id, "source-layer": collection.id}

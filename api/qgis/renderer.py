"""Renderers: points by status group and type, countries by the level of their travel controls."""

from collections.abc import Callable, Iterator
from functools import partial
from xml.etree import ElementTree as ET

from api.collections import Collection
from api.fields import get_default_properties
from api.qgis.element import add
from api.qgis.symbol import Marker, add_fill, add_marker
from api.stale_after import get_stale_after_d
from api.symbols import NoLevel, StatusSymbol, load_symbols

TRAVEL = "international_travel"
SOURCE = "layer_property(@layer, 'source')"
# The day in the layer's address; today for an address without a day. A file does not contain its day.
LAYER_DAY = f"""to_date(coalesce(nullif(regexp_substr({SOURCE}, 'datetime=([0-9-]{{10}})'), ''),
 if({SOURCE} LIKE '%typename=%', to_string(to_date(now())), NULL)))"""


def add_renderer(layer: ET.Element, collection: Collection) -> None:
    if collection.geometry == "Point":
        _add_rules(layer, collection)
    else:
        _add_categories(layer)


def _add_rules(layer: ET.Element, collection: Collection) -> None:
    """Add a rule for each status group, and under it a rule for each type: the legend switches each on and off."""
    renderer = add(layer, "renderer-v2", type="RuleRenderer", forceraster=0, symbollevels=1, enableorderby=0)
    rules, drawings = add(renderer, "rules", key="all"), add(renderer, "symbols")
    for drawn, group, condition in reversed(list(_iterate_groups(collection))):
        key = str(group.value or "not_assessed")
        rule = add(rules, "rule", key=key, filter=condition, label=group.label)
        of_shape = partial(Marker, status=group, drawn=drawn, is_old=_build_age_condition(collection, group))
        _add_types(rule, drawings, key, of_shape)


def _add_types(rule: ET.Element, drawings: ET.Element, key: str, of_shape: Callable[[str], Marker]) -> None:
    for kind in load_symbols().poe_types:
        number = str(len(drawings))
        condition = f"\"poe_type\" = '{kind.value}'"
        add(rule, "rule", key=f"{key}.{kind.value}", symbol=number, filter=condition, label=kind.label)
        add_marker(drawings, number, of_shape(kind.shape))


def _build_age_condition(collection: Collection, group: StatusSymbol) -> str | None:
    """Build the expression for an old report; None if the layer has no day of the last assessment.

    It is not a rule: to evaluate an expression with days, QGIS downloads all features, but it sends plain rules to the
    service.
    """
    is_told = "last_assessed" in get_default_properties(collection) and group != load_symbols().not_assessed
    return f"to_date(\"last_assessed\") <= {LAYER_DAY} - to_interval('{get_stale_after_d()} days')" if is_told else None


def _iterate_groups(collection: Collection) -> Iterator[tuple[int, StatusSymbol, str]]:
    """Yield place in the drawing order, group, and the condition of its rule.

    A point with `assessed` false has the status "unknown" too. In changes, points without an assessment have no status
    group. A restriction always has a status group.
    """
    says_assessed = "assessed" in get_default_properties(collection)
    if says_assessed:
        yield 0, load_symbols().not_assessed, 'NOT "assessed"'
    elif collection.id == "changes":
        yield 0, load_symbols().not_assessed, '"status_group" IS NULL'
    for drawn, group in enumerate(load_symbols().status_groups, start=1):
        condition = f"\"status_group\" = '{group.value}'"
        yield drawn, group, f'"assessed" AND {condition}' if says_assessed else condition


def _add_categories(layer: ET.Element) -> None:
    """Add a category for each level. QGIS compares values as texts, so it may read an empty field as text."""
    renderer = add(layer, "renderer-v2", type="categorizedSymbol", attr=TRAVEL, forceraster=0, symbollevels=0)
    categories, fills = add(renderer, "categories"), add(renderer, "symbols")
    for number, level in enumerate((*load_symbols().travel_levels, load_symbols().no_level)):
        value = "" if level.value is None else str(level.value)
        add(categories, "category", value=value, symbol=number, label=level.label, render="true")
        add_fill(fills, str(number), level.colour, level.hatch if isinstance(level, NoLevel) else None)

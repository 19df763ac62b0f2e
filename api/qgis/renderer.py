"""Renderers: points by status group and type, countries by the level of their travel controls."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from xml.etree import ElementTree as ET

from api.collections.collection import Collection, LevelSymbols, PlainSymbol, StatusSymbols
from api.collections.properties import get_default_properties
from api.qgis.xml import add, add_options
from api.responses.stale_after import get_stale_after_d
from api.tiles.symbols import NoLevel, StatusSymbol, load_symbols

Options = dict[str, str]
BORDER = "#6a6359"
# Shapes of equal width seem to have different sizes; at these widths their areas seem equal.
SIZES_MM = {"circle": 2.2, "square": 2.0, "triangle": 2.5, "diamond": 2.6}
EMPTY_SCALE = 0.75
LINE_MM, EDGE_MM = 0.3, 0.2
NONE = "0,0,0,0"
# The upper half of each shape: the shape of the half, and its width in widths of the symbol. Its height is half.
UPPER_HALVES = {
    "circle": ("semi_circle", 1.0),
    "square": ("rectangle", 1.0),
    "triangle": ("triangle", 0.5),
    "diamond": ("triangle", 1.0),
}
# The middle of a triangle's mark lies below the middle of the triangle, by this part of its size.
MIDDLES = {"triangle": 0.16}
FROM_EXPRESSION = "3"


@dataclass(frozen=True, slots=True)
class Marker:
    """Marker of a status at a type of point. Markers with a higher `drawn` overlap others.

    `is_old` is an expression: features that match it are pale and have a dashed line.
    """

    shape: str
    status: StatusSymbol
    drawn: int
    is_old: str | None = None

    @property
    def size_mm(self) -> float:
        """Size in mm, smaller for an empty marker: a map may be full of points without an assessment."""
        return round(SIZES_MM[self.shape] * (EMPTY_SCALE if self.status.mark == "empty" else 1), 2)


def add_marker(parent: ET.Element, name: str, marker: Marker) -> None:
    """Add a marker: a white edge, in it the fill with a dark line, and the mark of the status."""
    symbol = _add_symbol(parent, name, "marker")
    # QGIS takes the colour of a symbol from its first layer without a lock.
    _add_layer(symbol, "SimpleMarker", _build_edge(marker), marker.drawn, locked=1)
    fill = {"fillColor": _choose_by_age(marker, marker.status.tint, marker.status.colour)}
    _add_layer(symbol, "SimpleMarker", _build_body(marker), marker.drawn, fill | _build_line_by_age(marker))
    for kind, options, by_age in _build_mark(marker):
        _add_layer(symbol, kind, options, marker.drawn, by_age)


def add_fill(parent: ET.Element, name: str, colour: str, hatch: str | None = None) -> None:
    """Add a fill with a border, and with lines at 45 degrees if they have a colour."""
    symbol = _add_symbol(parent, name, "fill")
    fill = {
        "color": _format_rgba(colour),
        "outline_color": _format_rgba(BORDER),
        "outline_width": "0.1",
        "style": "solid",
    }
    _add_layer(symbol, "SimpleFill", fill, 0)
    if hatch is not None:
        lines = {"color": _format_rgba(hatch), "outline_style": "no", "style": "b_diagonal"}
        _add_layer(symbol, "SimpleFill", lines, 0)


def _build_edge(marker: Marker) -> Options:
    white = _format_rgba(load_symbols().edge.colour)
    return _build_shape(marker) | {"color": white, "outline_color": white, "outline_width": str(LINE_MM + 2 * EDGE_MM)}


def _build_body(marker: Marker) -> Options:
    return _build_shape(marker) | {"color": _format_rgba(marker.status.colour)} | _build_line(marker)


def _build_shape(marker: Marker) -> Options:
    return {"name": marker.shape, "size": str(marker.size_mm), "joinstyle": "miter"}


def _build_line(marker: Marker) -> Options:
    return {"outline_color": _format_rgba(marker.status.line), "outline_width": str(LINE_MM)}


def _build_line_by_age(marker: Marker) -> dict[str, str | None]:
    return {"outlineStyle": _choose_by_age(marker, "dash", "solid")}


def _build_mark(marker: Marker) -> Iterator[tuple[str, Options, Mapping[str, str | None]]]:
    """Yield the layers of the mark on the fill: kind, options and the options that depend on age."""
    white, offset = load_symbols().edge.colour, f"0,{MIDDLES.get(marker.shape, 0) * marker.size_mm:.2f}"
    by_age = _choose_by_age(marker, marker.status.line, white)
    if marker.status.mark == "bar":
        bar = {
            "symbol_name": "rectangle",
            "symbol_width": str(0.46 * marker.size_mm),
            "symbol_height": str(0.16 * marker.size_mm),
        }
        yield (
            "EllipseMarker",
            bar | {"color": _format_rgba(white), "outline_style": "no", "offset": offset},
            {"fillColor": by_age},
        )
    if marker.status.mark == "question":
        letter = {"chr": "?", "font": "Noto Sans", "size": str(0.62 * marker.size_mm), "offset": offset}
        yield "FontMarker", letter | {"color": _format_rgba(white), "outline_width": "0"}, {"fillColor": by_age}
    if marker.status.mark == "half":
        shape, width = UPPER_HALVES[marker.shape]
        half = {"symbol_name": shape, "symbol_width": str(width * marker.size_mm), "outline_style": "no"}
        yield "EllipseMarker", half | _place_half(marker) | {"color": _format_rgba(white)}, {}
        yield "SimpleMarker", _build_shape(marker) | {"color": NONE} | _build_line(marker), _build_line_by_age(marker)


def _place_half(marker: Marker) -> Options:
    """Place the half. A half circle has a whole circle's box; other halves have half the height, above the middle."""
    if marker.shape == "circle":
        return {"symbol_height": str(marker.size_mm), "offset": "0,0"}
    return {"symbol_height": str(marker.size_mm / 2), "offset": f"0,{-marker.size_mm / 4}"}


def _choose_by_age(marker: Marker, old: str, otherwise: str) -> str | None:
    return None if marker.is_old is None else f"if({marker.is_old}, '{old}', '{otherwise}')"


def _add_symbol(parent: ET.Element, name: str, kind: str) -> ET.Element:
    return add(parent, "symbol", type=kind, name=name, alpha=1, force_rhr=0, clip_to_extent=1)


def _add_layer(
    symbol: ET.Element,
    kind: str,
    options: Options,
    drawn: int,
    by_expression: Mapping[str, str | None] | None = None,
    locked: int = 0,
) -> None:
    layer = add(symbol, "layer", **{"class": kind, "pass": drawn, "enabled": 1, "locked": locked})
    add_options(layer, options)
    expressions = {name: value for name, value in (by_expression or {}).items() if value is not None}
    if expressions:
        _add_expressions(layer, expressions)


def _add_expressions(layer: ET.Element, expressions: Mapping[str, str]) -> None:
    """Add expressions that set properties of the layer feature by feature."""
    whole = add_options(add(layer, "data_defined_properties"), {"name": "", "type": "collection"})
    properties = add(whole, "Option", type="Map", name="properties")
    for name, expression in expressions.items():
        decided = add_options(properties, {"expression": expression}, name=name)
        add(decided, "Option", type="bool", name="active", value="true")
        add(decided, "Option", type="int", name="type", value=FROM_EXPRESSION)


def _format_rgba(colour: str) -> str:
    """Format `#rrggbb` as QGIS writes it: `r,g,b,255`."""
    return ",".join(str(part) for part in (*bytes.fromhex(colour.removeprefix("#")), 255))


SOURCE = "layer_property(@layer, 'source')"
# The day in the layer's address; today for an address without a day. A file does not contain its day.
LAYER_DAY = f"""to_date(coalesce(nullif(regexp_substr({SOURCE}, 'datetime=([0-9-]{{10}})'), ''),
 if({SOURCE} LIKE '%typename=%', to_string(to_date(now())), NULL)))"""


def add_renderer(layer: ET.Element, collection: Collection) -> None:
    match collection.symbols:
        case StatusSymbols() as symbols:
            _add_rules(layer, collection, symbols)
        case LevelSymbols() as symbols:
            _add_categories(layer, symbols)
        case PlainSymbol() as symbol:
            _add_single(layer, collection, symbol)


def _add_single(layer: ET.Element, collection: Collection, symbol: PlainSymbol) -> None:
    """Add one symbol for all features."""
    drawings = add(add(layer, "renderer-v2", type="singleSymbol", forceraster=0, symbollevels=0), "symbols")
    if collection.geometry != "Point":
        add_fill(drawings, "0", symbol.colour)
        return
    body = {"name": "circle", "size": str(SIZES_MM["circle"]), "color": _format_rgba(symbol.colour)}
    line = {"outline_color": _format_rgba(symbol.outline), "outline_width": str(LINE_MM)}
    _add_layer(_add_symbol(drawings, "0", "marker"), "SimpleMarker", body | line, 0)


def _add_rules(layer: ET.Element, collection: Collection, symbols: StatusSymbols) -> None:
    """Add a rule for each status group, and under it a rule for each type: the legend switches each on and off."""
    renderer = add(layer, "renderer-v2", type="RuleRenderer", forceraster=0, symbollevels=1, enableorderby=0)
    rules, drawings = add(renderer, "rules", key="all"), add(renderer, "symbols")
    for drawn, group, condition in reversed(list(_iterate_groups(collection, symbols))):
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


def _iterate_groups(collection: Collection, symbols: StatusSymbols) -> Iterator[tuple[int, StatusSymbol, str]]:
    """Yield place in the drawing order, group, and the condition of its rule.

    A point with `assessed` false has the status "unknown" too. In changes, points without an assessment have no status
    group. A restriction always has a status group.
    """
    says_assessed = "assessed" in get_default_properties(collection)
    if says_assessed:
        yield 0, load_symbols().not_assessed, 'NOT "assessed"'
    elif symbols.missing_status:
        yield 0, load_symbols().not_assessed, '"status_group" IS NULL'
    for drawn, group in enumerate(load_symbols().status_groups, start=1):
        condition = f"\"status_group\" = '{group.value}'"
        yield drawn, group, f'"assessed" AND {condition}' if says_assessed else condition


def _add_categories(layer: ET.Element, symbols: LevelSymbols) -> None:
    """Add a category for each level. QGIS compares values as texts, so it may read an empty field as text."""
    renderer = add(layer, "renderer-v2", type="categorizedSymbol", attr=symbols.property, forceraster=0, symbollevels=0)
    categories, fills = add(renderer, "categories"), add(renderer, "symbols")
    for number, level in enumerate((*load_symbols().travel_levels, load_symbols().no_level)):
        value = "" if level.value is None else str(level.value)
        add(categories, "category", value=value, symbol=number, label=level.label, render="true")
        add_fill(fills, str(number), level.colour, level.hatch if isinstance(level, NoLevel) else None)

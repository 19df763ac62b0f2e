"""Symbols: markers of a shape and fills, sized for a world map that is also read close up."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from api.qgis.element import add, add_options
from api.symbols import StatusSymbol

EDGE = "#6a6359"
# Shapes of one width look of different sizes: these have areas that look the same.
SIZES_MM = {"circle": 2.2, "square": 2.0, "triangle": 2.5, "diamond": 2.6}
RING_SCALE = 0.75


def add_marker(symbols: ET.Element, name: str, shape: str, status: StatusSymbol, drawn: int) -> None:
    """Add a marker with a dark line. Of two that overlap, the one that is `drawn` later is above."""
    look = {"color": _rgba(status.colour), "outline_color": _rgba(status.line), "outline_width": "0.25"}
    _add_marker(symbols, name, shape, SIZES_MM[shape], look, drawn)


def add_ring(symbols: ET.Element, name: str, shape: str, status: StatusSymbol, drawn: int) -> None:
    """Add an empty marker, smaller, because a map may be full of points that nobody has looked at."""
    look = {"color": _rgba(status.colour), "outline_color": _rgba(status.line), "outline_width": "0.25"}
    _add_marker(symbols, name, shape, round(SIZES_MM[shape] * RING_SCALE, 2), look, drawn)


def add_fill(symbols: ET.Element, name: str, colour: str) -> None:
    fill = {"color": _rgba(colour), "outline_color": _rgba(EDGE), "outline_width": "0.1", "style": "solid"}
    _add(symbols, name, "fill", "SimpleFill", fill, 0)


def _add_marker(
    symbols: ET.Element, name: str, shape: str, size_mm: float, look: Mapping[str, str], drawn: int
) -> None:
    of_shape = {"name": shape, "size": str(size_mm), "joinstyle": "miter"}
    _add(symbols, name, "marker", "SimpleMarker", of_shape | dict(look), drawn)


def _add(symbols: ET.Element, name: str, kind: str, layer: str, options: Mapping[str, str], drawn: int) -> None:
    symbol = add(symbols, "symbol", type=kind, name=name, alpha=1, force_rhr=0, clip_to_extent=1)
    add_options(add(symbol, "layer", **{"class": layer, "pass": drawn, "enabled": 1, "locked": 0}), options)


def _rgba(colour: str) -> str:
    """`#rrggbb` as QGIS writes it: `r,g,b,255`."""
    return ",".join(str(part) for part in (*bytes.fromhex(colour.removeprefix("#")), 255))

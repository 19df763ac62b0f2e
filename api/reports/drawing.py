"""How pictures of a report are drawn: matplotlib without a display, the same bytes for the same figures each time."""

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from api.symbols import symbols

WIDE_INCHES = 9.6
INK, PALE, LINE = "#22313a", "#f3f5f6", "#b9c4ca"
# Ids of the picture come from what is drawn and this word, not from chance.
SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "crossings",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "hatch.linewidth": 0.8,
}
COLOURS = {str(group.value): group.colour for group in symbols().status_groups}
# Grey print: unknown and fully operational are equally dark, and the one is hatched.
HATCHES = {"unknown": "////"}
NOT_ASSESSED = symbols().not_assessed.colour


def drawn(draw: Callable[[Figure], None], height_inches: float, hatch_colour: str = "#ffffff") -> str:
    """The picture as an SVG element, to stand in a page: without what is said before it, and without a date."""
    with mpl.rc_context(SETTINGS | {"hatch.color": hatch_colour}):
        figure = Figure(figsize=(WIDE_INCHES, height_inches), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure)
        file = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing, dpi=200)
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    return re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)

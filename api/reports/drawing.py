"""How pictures of a report are drawn: matplotlib without a display, the same bytes for the same figures each time."""

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
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
LINES = {str(group.value): group.line for group in symbols().status_groups}


DOTS_PER_INCH = 220
NOTICE_INCHES, NOTICE_COLOUR = 0.25, "#8a4b00"
# Of the figure's height: what ends above this stands on top of it.
LEAST_TOP = 0.9
# Of a legend, below its text.
EDGE_INCHES = 0.05
# What matplotlib says as styles is said as attributes of SVG: a page that allows no style within it drops those.
STYLE = re.compile(r' style="([^"]*)"')
ENDS_AS_STYLE = '<style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>'
ENDS = '<svg stroke-linejoin="round" stroke-linecap="butt" '


def _as_attributes(style: re.Match[str]) -> str:
    """` fill="#fff" stroke="none"` for ` style="fill: #fff; stroke: none"`."""
    declared = (declaration.partition(":") for declaration in style[1].split(";") if declaration.strip())
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in declared)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that is drawn when it is asked for, with the notice of example data above it if there is any."""

    draw: Callable[[Figure], None]
    height_inches: float
    hatch_colour: str = "#ffffff"
    notice: str = ""

    def svg(self) -> str:
        """An SVG element, to stand in a page: without what is said before it, and without a date."""
        svg = self._written(FigureCanvasSVG, "svg", dict.fromkeys(("Date", "Creator", "Format", "Type"))).decode()
        element = re.sub(r"\s*<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
        return STYLE.sub(_as_attributes, element.replace(ENDS_AS_STYLE, "").replace("<svg ", ENDS, 1))

    def png_address(self) -> str:
        """A `data:` address, for print: shapes took WeasyPrint several seconds."""
        return f"data:image/png;base64,{base64.b64encode(self._written(FigureCanvasAgg, 'png', {})).decode()}"

    def _written(self, canvas: Any, form: str, metadata: dict[str, Any]) -> bytes:  # noqa: ANN401 - a class of matplotlib's
        with mpl.rc_context(SETTINGS | {"hatch.color": self.hatch_colour}):
            height = self.height_inches + (NOTICE_INCHES if self.notice else 0)
            figure = Figure(figsize=(WIDE_INCHES, height), layout="constrained")
            canvas(figure)
            self.draw(figure)
            if self.notice:
                _write_notice(figure, self.notice)
            file = io.BytesIO()
            figure.savefig(file, format=form, metadata=metadata, dpi=DOTS_PER_INCH)
        return file.getvalue()


def _write_notice(figure: Figure, notice: str) -> None:
    """Write the notice above what is drawn, and below a legend that stands on top: the layout laid it upon that."""
    title = figure.suptitle(notice, fontsize=9, fontweight="bold", color=NOTICE_COLOUR, va="top")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    boxes = [legend.get_window_extent().transformed(figure.transFigure.inverted()) for legend in figure.legends]
    title.set_y(
        min(
            [
                title.get_position()[1],
                *(box.y0 + EDGE_INCHES / figure.get_figheight() for box in boxes if box.y1 > LEAST_TOP),
            ]
        )
    )

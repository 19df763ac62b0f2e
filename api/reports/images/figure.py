"""Drawing of charts and maps by matplotlib without a display: equal figures give equal bytes."""

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

from api.tiles.symbols import load_symbols

WIDE_INCHES = 9.6
INK, PALE, LINE = "#22313a", "#f3f5f6", "#b9c4ca"
# matplotlib derives ids from the drawing and this salt, so that they are not random.
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
COLOURS = {str(group.value): group.colour for group in load_symbols().status_groups}
# In grey print, unknown and fully operational are equally dark, so unknown is hatched.
HATCHES = {"unknown": "////"}
LINES = {str(group.value): group.line for group in load_symbols().status_groups}


DOTS_PER_INCH = 220
NOTICE_INCHES, NOTICE_COLOUR = 0.25, "#8a4b00"
# Part of the figure's height: a legend that ends above it is at the top.
MIN_TOP = 0.9
# Edge of a legend below its text.
EDGE_INCHES = 0.05
# matplotlib writes styles; they become attributes of SVG, because a page without inline styles drops them.
STYLE = re.compile(r' style="([^"]*)"')
ENDS_AS_STYLE = '<style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>'
ENDS = '<svg stroke-linejoin="round" stroke-linecap="butt" '


def _convert_style(style: re.Match[str]) -> str:
    """Convert ` style="fill: #fff; stroke: none"` to ` fill="#fff" stroke="none"`."""
    declared = (declaration.partition(":") for declaration in style[1].split(";") if declaration.strip())
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in declared)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Picture that is drawn on demand, with the notice of example data above it unless the notice is empty."""

    draw: Callable[[Figure], None]
    height_inches: float
    hatch_colour: str = "#ffffff"
    notice: str = ""

    def render_svg(self) -> str:
        """Render an SVG element for a page, without the XML prolog and without a date."""
        svg = self._render(FigureCanvasSVG, "svg", dict.fromkeys(("Date", "Creator", "Format", "Type"))).decode()
        element = re.sub(r"\s*<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
        return STYLE.sub(_convert_style, element.replace(ENDS_AS_STYLE, "").replace("<svg ", ENDS, 1))

    def render_png_address(self) -> str:
        """Render a `data:` address of a PNG for print: vector shapes took WeasyPrint several seconds."""
        return f"data:image/png;base64,{base64.b64encode(self._render(FigureCanvasAgg, 'png', {})).decode()}"

    def _render(self, canvas: Any, format_name: str, metadata: dict[str, Any]) -> bytes:  # noqa: ANN401 - a class of matplotlib's
        with mpl.rc_context(SETTINGS | {"hatch.color": self.hatch_colour}):
            height = self.height_inches + (NOTICE_INCHES if self.notice else 0)
            figure = Figure(figsize=(WIDE_INCHES, height), layout="constrained")
            canvas(figure)
            self.draw(figure)
            if self.notice:
                _write_notice(figure, self.notice)
            file = io.BytesIO()
            figure.savefig(file, format=format_name, metadata=metadata, dpi=DOTS_PER_INCH)
        return file.getvalue()


def _write_notice(figure: Figure, notice: str) -> None:
    """Write the notice above the drawing, and below a legend at the top: the layout put the notice over the legend."""
    title = figure.suptitle(notice, fontsize=9, fontweight="bold", color=NOTICE_COLOUR, va="top")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    boxes = [legend.get_window_extent().transformed(figure.transFigure.inverted()) for legend in figure.legends]
    title.set_y(
        min(
            [
                title.get_position()[1],
                *(box.y0 + EDGE_INCHES / figure.get_figheight() for box in boxes if box.y1 > MIN_TOP),
            ]
        )
    )

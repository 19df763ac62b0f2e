"""Maps of a report: points by status, countries by level of travel controls and by their share of closed points."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import shapely  # type: ignore[import-untyped]
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path

from api.reports.images.figure import WIDE_INCHES, Drawing
from api.reports.translations import Translations
from api.tiles.symbols import StatusSymbol, load_symbols
from models.codes import list_codes
from models.report.status_counts import Figures
from models.report.transitions import NONE_RECORDED

LAND, OTHER_LAND, SEA, BORDER = "#e3e7e1", "#f5f6f4", "#ffffff", "#8b979d"
# Lower bounds of the classes of a share, in per cent, with colours from pale to dark.
SHARES = ((0, "#f7e9e4"), (1, "#eec3b4"), (25, "#dd8f7f"), (50, "#bb4f4b"), (75, "#8f1d21"))
# Points without an assessment are below all others, closed points above all others.
GROUP_ORDER: tuple[str | None, ...] = (None, *(str(group.value) for group in load_symbols().status_groups))
STATUSES: dict[str | None, StatusSymbol] = {
    None: load_symbols().not_assessed,
    **{str(group.value): group for group in load_symbols().status_groups},
}
MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D"}
SHAPES = {kind.value: MARKERS[kind.shape] for kind in load_symbols().poe_types}
ROUND = "o"
# The mark on the fill, which shows the status in grey print too: its marker, and its size in heights of the symbol.
INNER_MARKS = {"bar": ("_", 0.55), "question": ("$?$", 0.55)}
EMPTY_SCALE = 0.8
MAX_HEIGHT_INCHES = 5.6
Fill = Callable[[str], tuple[str, str | None]]


class MapLayers:
    """Shapes, borders and points of a map, as map_ground.py fetched them, cut to the view."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        shapes = [(iso3, _decode_shape(text)) for iso3, text in data["shapes"]]
        borders = [(disputed, _decode_shape(text)) for disputed, text in data["borders"]]
        self.view = _compute_view(data["focus"] or shapely.total_bounds([shape for _, shape in shapes]))
        self.shapes = self._clip_to_view(shapes)
        self.borders = self._clip_to_view(borders)
        self.points: Sequence[Sequence[Any]] = data["points"]

    def _clip_to_view(self, named: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        cut = ((name, shapely.clip_by_rect(shape, *self.view)) for name, shape in named)
        return [(name, shape) for name, shape in cut if not shape.is_empty]

    @property
    def height_inches(self) -> float:
        west, south, east, north = self.view
        return min(MAX_HEIGHT_INCHES, WIDE_INCHES * (north - south) / (east - west)) + 0.35


def _decode_shape(text: str) -> Any:  # noqa: ANN401 - a geometry
    return shapely.from_wkb(base64.b64decode(text))


def _compute_view(focus: Sequence[float]) -> tuple[float, float, float, float]:
    """Return the corners of the view with a margin, no narrower than high and not much wider than a page."""
    west, south, east, north = focus
    wide, high = max(east - west, 20_000.0), max(north - south, 20_000.0)
    wide, high = max(wide, 1.5 * high) * 1.06, max(high, 0.42 * wide) * 1.06
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def build_points_map(ground: MapLayers, figures: Figures, words: Translations) -> Drawing:
    """Build the map of points by status group on plain land; land of other areas is paler.

    Shape is the type, fill and mark are the status. A point without an assessment is empty, unlike an unknown status.
    """

    def draw(figure: Figure) -> None:
        axes = _create_axes(figure, ground)
        _draw_countries(axes, ground, lambda iso3: (LAND if iso3 in figures["names"] else OTHER_LAND, None))
        _draw_borders(axes, ground)
        size = 1.8 if len(ground.points) > 3000 else 3.5 if len(ground.points) > 300 else 6.0
        for group in GROUP_ORDER:
            _draw_points(axes, [point for point in ground.points if point[2] == group], group, size)
        labels = [words.code("status_group", group) for group in GROUP_ORDER if group] + [
            words("column", "not_assessed")
        ]
        marks = [_build_legend_mark(group) for group in GROUP_ORDER if group] + [_build_legend_mark(None)]
        drawn = [kind for kind in SHAPES if any(point[3] == kind for point in ground.points)]
        labels += [words.code("poe_type", kind) for kind in drawn]
        _draw_legend(figure, [*marks, *(_build_legend_mark(None, SHAPES[kind]) for kind in drawn)], labels)

    return Drawing(draw, ground.height_inches)


def _draw_points(axes: Axes, points: Sequence[Sequence[Any]], group: str | None, size: float) -> None:
    """Draw the points of a group, `size` high; `points` have x, y, status group and type."""
    status, zorder = STATUSES[group], 4 + GROUP_ORDER.index(group) / 10
    for kind, shape in SHAPES.items():
        xs, ys = ([point[axis] for point in points if point[3] == kind] for axis in (0, 1))
        axes.plot(xs, ys, zorder=zorder, **_build_marker_style(status, shape, size))
        if status.mark in INNER_MARKS:
            form, scale = INNER_MARKS[status.mark]
            inner: dict[str, Any] = {"marker": form, "markersize": size * scale, "linestyle": "none"}
            axes.plot(xs, ys, zorder=zorder, color=load_symbols().edge.colour, markeredgewidth=size / 7, **inner)


def _build_marker_style(status: StatusSymbol, shape: str, size: float) -> dict[str, Any]:
    """Build the style of a symbol without the mark on it: its line, and its full, half or empty fill."""
    return {
        "linestyle": "none",
        "marker": shape,
        "markersize": size * (EMPTY_SCALE if status.mark == "empty" else 1),
        "fillstyle": "bottom" if status.mark == "half" else "full",
        "markerfacecolor": status.colour,
        "markerfacecoloralt": load_symbols().edge.colour,
        "markeredgecolor": status.line,
        "markeredgewidth": size / 10,
    }


def _build_legend_mark(group: str | None, shape: str = ROUND) -> Any:  # noqa: ANN401 - one line, or two upon one another
    status = STATUSES[group]
    below = Line2D([], [], **_build_marker_style(status, shape, 6.0))
    if status.mark not in INNER_MARKS:
        return below
    form, scale = INNER_MARKS[status.mark]
    above = Line2D([], [], linestyle="none", marker=form, markersize=6 * scale, color=load_symbols().edge.colour)
    return below, above


def build_levels_map(ground: MapLayers, figures: Figures, words: Translations) -> Drawing:
    """Build the map of countries by level of international travel controls; countries without a level are hatched."""
    colours = {str(level.value): level.colour for level in load_symbols().travel_levels}
    none = (load_symbols().no_level.colour, "....")

    def fill(iso3: str) -> tuple[str, str | None]:
        level = figures["names"].get(iso3, {}).get("international_travel")
        if iso3 not in figures["names"]:
            return SEA, None
        return none if level is None else (colours[str(level)], None)

    keys = [
        (colours[level], None, f"{level}: {words.code('international_travel', level)}")
        for level in list_codes("international_travel")
    ]
    return _build_filled_map(ground, fill, [*keys, (*none, words("column", NONE_RECORDED))], columns=2)


def build_closed_map(ground: MapLayers, figures: Figures, words: Translations) -> Drawing:
    """Build the map of countries by the share of fully closed points among assessed points; hatched without assessed
    points.
    """
    none = (load_symbols().no_level.colour, "....")

    def fill(iso3: str) -> tuple[str, str | None]:
        if iso3 not in figures["names"]:
            return SEA, None
        tally = figures["day"]["countries"].get(iso3)
        share = tally["groups"]["fully_closed"]["share"] if tally else None
        if share is None:
            return none
        return next(colour for least, colour in reversed(SHARES) if share >= least), None

    bounds = [*(least for least, _ in SHARES), 101]
    keys = [
        (
            colour,
            None,
            words.share(least) if bounds[place + 1] - least == 1 else f"{least}-{words.share(bounds[place + 1] - 1)}",
        )
        for place, (least, colour) in enumerate(SHARES)
    ]
    return _build_filled_map(ground, fill, [*keys, (*none, words("chart", "no_points"))], columns=6)


def _build_filled_map(
    ground: MapLayers, fill: Fill, keys: Sequence[tuple[str, str | None, str]], columns: int
) -> Drawing:
    def draw(figure: Figure) -> None:
        axes = _create_axes(figure, ground)
        _draw_countries(axes, ground, fill)
        _draw_borders(axes, ground)
        marks = [Patch(facecolor=colour, hatch=hatch, edgecolor=BORDER, linewidth=0.5) for colour, hatch, _ in keys]
        _draw_legend(figure, marks, [label for _, _, label in keys], columns)

    return Drawing(draw, ground.height_inches + 0.15 * (len(keys) // columns), BORDER)


def _create_axes(figure: Figure, ground: MapLayers) -> Axes:
    axes = figure.add_subplot()
    west, south, east, north = ground.view
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect("equal")
    axes.set_axis_off()
    # The map is rasterised, except texts: as vector shapes a map took megabytes, and half a minute to print.
    axes.set_rasterization_zorder(10)
    return axes


def _draw_countries(axes: Axes, ground: MapLayers, fill: Fill) -> None:
    """Draw countries of one colour as one collection; edges in the colour close the seams between simplified shapes."""
    by_fill: dict[tuple[str, str | None], list[Path]] = {}
    for iso3, shape in ground.shapes:
        by_fill.setdefault(fill(iso3), []).append(_build_path(shape))
    for (colour, hatch), paths in by_fill.items():
        style: dict[str, Any] = {"facecolors": colour, "linewidths": 0.3, "zorder": 1}
        filled = PathCollection(paths, edgecolors=BORDER if hatch else colour, hatch=hatch, **style)
        axes.add_collection(filled, autolim=False)


def _build_path(shape: Any) -> Path:  # noqa: ANN401 - a polygon, or several
    rings = [
        Path(shapely.get_coordinates(ring), closed=True)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return Path.make_compound_path(*rings)


def _draw_borders(axes: Axes, ground: MapLayers) -> None:
    """Draw the borders, disputed borders dashed."""
    for disputed in (False, True):
        borders = [line for is_disputed, line in ground.borders if is_disputed == disputed]
        lines = [shapely.get_coordinates(part) for line in borders for part in shapely.get_parts(line)]
        dashes = (0, (2.5, 1.8)) if disputed else "solid"
        axes.add_collection(
            LineCollection(lines, colors=BORDER, linewidths=0.45, linestyles=[dashes], zorder=2), autolim=False
        )


def _draw_legend(figure: Figure, marks: Sequence[Any], labels: Sequence[str], columns: int = 5) -> None:
    figure.legend(
        marks, labels, loc="outside lower center", ncols=columns, frameon=False, fontsize=7.5, handlelength=1.5
    )

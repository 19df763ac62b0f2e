"""Charts of a report: shares by status group, and their trend over the last weeks."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from api.reports.images.figure import COLOURS, HATCHES, INK, LINE, LINES, Drawing
from api.reports.tables.status import STATUS_GROUP_ORDER
from api.reports.translations import Translations
from models.codes import fold_text
from models.report.figures import NO_REGION
from models.report.status_counts import Figures

# A share below this has no room for its number.
MIN_NUMBERED_SHARE = 6
MAX_LABEL_LENGTH = 34
MARKERS = {"airport": ("-", "^"), "land_border_point": ("--", "s"), "blue_border_point": (":", "o")}
TYPE_COLOURS = {
    "airport": INK,
    "land_border_point": COLOURS["fully_closed"],
    "blue_border_point": COLOURS["fully_operational"],
}


def build_status_chart(named: Mapping[str, Figures], words: Translations) -> Drawing:
    """Build a bar of 100 per cent for each of the named tallies; a tally without assessed points has words in its
    place.
    """
    height = 0.95 + 0.3 * len(named)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        labels = ["\n".join(wrap(name, MAX_LABEL_LENGTH)) for name in named]
        _draw_bars(axes, list(named.values()), words)
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        _format_percent_axis(axes)
        _draw_legend(figure, axes)

    return Drawing(draw, height)


def _draw_bars(axes: Axes, tallies: Sequence[Figures], words: Translations) -> None:
    ends = [0] * len(tallies)
    for group in STATUS_GROUP_ORDER:
        shares = [each["groups"][group]["share"] or 0 for each in tallies]
        axes.barh(range(len(tallies)), shares, left=ends, height=0.72, **_build_bar_style(group, words))
        for place, share in enumerate(shares):
            if share >= MIN_NUMBERED_SHARE:
                _draw_number(axes, ends[place] + share / 2, place, share, group)
        ends = [end + share for end, share in zip(ends, shares, strict=True)]
    for place, each in enumerate(tallies):
        if not each["assessed"]:
            axes.text(1, place, words("chart", "no_points"), va="center", style="italic")


def _build_bar_style(group: str, words: Translations) -> dict[str, Any]:
    label = words.code("status_group", group)
    is_pale = group == "partially_operational"
    # White hatching is an edge too; amber alone is too close to white paper.
    edge = {"edgecolor": LINES["partially_operational"] if is_pale else "white", "linewidth": 0.5}
    return {"color": COLOURS[group], "hatch": HATCHES.get(group), "label": label, **edge}


def _draw_number(axes: Axes, x: float, y: float, share: int, group: str) -> None:
    is_pale = group == "partially_operational"
    behind = {"facecolor": COLOURS[group], "edgecolor": "none", "pad": 1.6}
    axes.text(x, y, str(share), ha="center", va="center", color=INK if is_pale else "white", fontsize=7.5, bbox=behind)


def _format_percent_axis(axes: Axes) -> None:
    axes.set_xlim(0, 100)
    axes.set_xlabel("%", labelpad=1)
    axes.grid(visible=False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


def _draw_legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False, handlelength=1.2)


def build_type_chart(figures: Figures, words: Translations) -> Drawing:
    day = figures["day"]
    named = {words.code("poe_type", name): each for name, each in day["types"].items()}
    return build_status_chart(named | {words("column", "total"): day["total"]}, words)


def build_region_chart(figures: Figures, words: Translations) -> Drawing:
    named = {
        words.region(code, figures["regions"][code]): each
        for code, each in figures["day"]["regions"].items()
        if code != NO_REGION
    }
    return build_status_chart(named, words)


def build_country_chart(figures: Figures, words: Translations) -> Drawing:
    """Build a bar for each country that has points, by name."""
    countries = [(words.country(iso3, figures["names"]), each) for iso3, each in figures["day"]["countries"].items()]
    return build_status_chart(dict(sorted(countries, key=lambda one: fold_text(one[0]))), words)


def build_trend_chart(figures: Figures, words: Translations) -> Drawing:
    """Build shares by status group as a stacked column for each week; a week without assessed points is empty."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        weeks = figures["weeks"]
        below = [0] * len(weeks)
        for group in STATUS_GROUP_ORDER:
            shares = [week["groups"][group]["share"] or 0 for week in weeks]
            axes.bar(range(len(weeks)), shares, bottom=below, width=0.9, **_build_bar_style(group, words))
            below = [one + share for one, share in zip(below, shares, strict=True)]
        _format_weeks_axis(axes, weeks)
        _draw_legend(figure, axes)

    return Drawing(draw, 2.6)


def build_type_trend_chart(figures: Figures, words: Translations) -> Drawing:
    """Build a line of the share of fully closed points for each type; dashes and markers differ, for grey print."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for name, (dashes, marker) in MARKERS.items():
            values = [week["types"][name]["fully_closed"]["share"] for week in figures["weeks"]]
            shares = [float("nan") if share is None else share for share in values]
            label = words.code("poe_type", name)
            axes.plot(
                shares, dashes, marker=marker, markersize=3.5, linewidth=1.4, color=TYPE_COLOURS[name], label=label
            )
        axes.grid(axis="y", color=LINE, linewidth=0.5)
        _format_weeks_axis(axes, figures["weeks"])
        _draw_legend(figure, axes)

    return Drawing(draw, 2.2)


def _format_weeks_axis(axes: Axes, weeks: Sequence[Figures]) -> None:
    """Format the axis of weeks: every fourth week is labelled, counted back from the last week."""
    named = range((len(weeks) - 1) % 4, len(weeks), 4)
    axes.set_xticks(list(named), [weeks[place]["day"] for place in named])
    axes.set_xlim(-0.7, len(weeks) - 0.3)
    axes.set_ylim(0, 100)
    axes.set_ylabel("%", rotation=0, labelpad=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=2)

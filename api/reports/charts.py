"""Charts of a report: shares by status group, and their trend over the last weeks."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from api.reports.drawing import COLOURS, HATCHES, INK, LINE, LINES, Drawing
from api.reports.status_tables import SHOWN_GROUPS
from api.reports.words import Words
from models.codes import folded
from models.report.figures import NO_REGION
from models.report.tally import Figures

# A share below this has no room for its number.
LEAST_NUMBERED = 6
LONGEST_LABEL = 34
MARKERS = {"airport": ("-", "^"), "land_border_point": ("--", "s"), "blue_border_point": (":", "o")}
TYPE_COLOURS = {
    "airport": INK,
    "land_border_point": COLOURS["fully_closed"],
    "blue_border_point": COLOURS["fully_operational"],
}


def status_bars(named: Mapping[str, Figures], words: Words) -> Drawing:
    """Build a bar of 100 per cent for each of the named tallies; a tally without assessed points has words in its
    place.
    """
    height = 0.95 + 0.3 * len(named)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        labels = ["\n".join(wrap(name, LONGEST_LABEL)) for name in named]
        _bars(axes, list(named.values()), words)
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        _percent_axis(axes)
        _legend(figure, axes)

    return Drawing(draw, height)


def _bars(axes: Axes, tallies: Sequence[Figures], words: Words) -> None:
    ends = [0] * len(tallies)
    for group in SHOWN_GROUPS:
        shares = [each["groups"][group]["share"] or 0 for each in tallies]
        axes.barh(range(len(tallies)), shares, left=ends, height=0.72, **_style(group, words))
        for place, share in enumerate(shares):
            if share >= LEAST_NUMBERED:
                _number(axes, ends[place] + share / 2, place, share, group)
        ends = [end + share for end, share in zip(ends, shares, strict=True)]
    for place, each in enumerate(tallies):
        if not each["assessed"]:
            axes.text(1, place, words("chart", "no_points"), va="center", style="italic")


def _style(group: str, words: Words) -> dict[str, Any]:
    label = words.code("status_group", group)
    is_pale = group == "partially_operational"
    # White hatching is an edge too; amber alone is too close to white paper.
    edge = {"edgecolor": LINES["partially_operational"] if is_pale else "white", "linewidth": 0.5}
    return {"color": COLOURS[group], "hatch": HATCHES.get(group), "label": label, **edge}


def _number(axes: Axes, x: float, y: float, share: int, group: str) -> None:
    is_pale = group == "partially_operational"
    behind = {"facecolor": COLOURS[group], "edgecolor": "none", "pad": 1.6}
    axes.text(x, y, str(share), ha="center", va="center", color=INK if is_pale else "white", fontsize=7.5, bbox=behind)


def _percent_axis(axes: Axes) -> None:
    axes.set_xlim(0, 100)
    axes.set_xlabel("%", labelpad=1)
    axes.grid(visible=False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False, handlelength=1.2)


def by_type(figures: Figures, words: Words) -> Drawing:
    day = figures["day"]
    named = {words.code("poe_type", name): each for name, each in day["types"].items()}
    return status_bars(named | {words("column", "total"): day["total"]}, words)


def by_region(figures: Figures, words: Words) -> Drawing:
    named = {
        words.region(code, figures["regions"][code]): each
        for code, each in figures["day"]["regions"].items()
        if code != NO_REGION
    }
    return status_bars(named, words)


def by_country(figures: Figures, words: Words) -> Drawing:
    """Build a bar for each country that has points, by name."""
    countries = [(words.country(iso3, figures["names"]), each) for iso3, each in figures["day"]["countries"].items()]
    return status_bars(dict(sorted(countries, key=lambda one: folded(one[0]))), words)


def trend(figures: Figures, words: Words) -> Drawing:
    """Build shares by status group as a stacked column for each week; a week without assessed points is empty."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        weeks = figures["weeks"]
        below = [0] * len(weeks)
        for group in SHOWN_GROUPS:
            shares = [week["groups"][group]["share"] or 0 for week in weeks]
            axes.bar(range(len(weeks)), shares, bottom=below, width=0.9, **_style(group, words))
            below = [one + share for one, share in zip(below, shares, strict=True)]
        _weeks_axis(axes, weeks)
        _legend(figure, axes)

    return Drawing(draw, 2.6)


def trend_by_type(figures: Figures, words: Words) -> Drawing:
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
        _weeks_axis(axes, figures["weeks"])
        _legend(figure, axes)

    return Drawing(draw, 2.2)


def _weeks_axis(axes: Axes, weeks: Sequence[Figures]) -> None:
    """Format the axis of weeks: every fourth week is labelled, counted back from the last week."""
    named = range((len(weeks) - 1) % 4, len(weeks), 4)
    axes.set_xticks(list(named), [weeks[place]["day"] for place in named])
    axes.set_xlim(-0.7, len(weeks) - 0.3)
    axes.set_ylim(0, 100)
    axes.set_ylabel("%", rotation=0, labelpad=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=2)

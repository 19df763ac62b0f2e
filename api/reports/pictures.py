"""The pictures of a report, each drawn when a page asks for it by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from api.reports import charts, maps
from api.reports.sections import Report


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG element with its caption, which is also read out in its place."""

    caption: str
    svg: Markup


class Pictures:
    """`fetched` is what maps stand on (api/reports/map_ground.py)."""

    def __init__(self, report: Report, fetched: Mapping[str, Any]) -> None:
        self.report = report
        self.ground = maps.Ground(fetched)

    def __call__(self, name: str) -> Picture:
        """The picture. Raises KeyError where there is none of this name."""
        figures, words = self.report.figures, self.report.words
        drawings: dict[str, Callable[[], str]] = {
            "status_by_type": lambda: charts.by_type(figures, words),
            "status_by_region": lambda: charts.by_region(figures, words),
            "status_by_country": lambda: charts.by_country(figures, words),
            "trend": lambda: charts.trend(figures, words),
            "trend_by_type": lambda: charts.trend_by_type(figures, words),
            "map_points": lambda: maps.map_of_points(self.ground, words),
            "map_levels": lambda: maps.map_of_levels(self.ground, figures, words),
            "map_closed": lambda: maps.map_of_closed(self.ground, figures, words),
        }
        caption = words("chart", name).replace("{on}", words.day(figures["on"]))
        told = f'<svg role="img" aria-label="{escape(caption)}" '
        # The picture is ours, and what is read from data in it is drawn as shapes.
        return Picture(caption, Markup(drawings[name]().replace("<svg ", told, 1)))  # noqa: S704

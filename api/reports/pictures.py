"""Catalogue of a report's pictures, each drawn when a page uses its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from api.reports import charts, maps
from api.reports.drawing import Drawing
from api.reports.sections import Report
from api.reports.titles import build_titles


@dataclass(frozen=True, slots=True)
class Picture:
    """Element of a page with its caption, which screen readers read in place of the element."""

    caption: str
    element: Markup


class PictureCatalogue:
    """Catalogue of pictures. `fetched` is the data of maps (api/reports/map_ground.py). Pictures for print are bitmaps.

    Each picture has the notice of example data, because it may be taken out of its report.
    """

    def __init__(self, report: Report, fetched: Mapping[str, Any], *, for_print: bool) -> None:
        self.report, self.for_print = report, for_print
        self.ground = maps.MapLayers(fetched)

    def __call__(self, name: str) -> Picture:
        """Return the picture of this name, or raise KeyError for an unknown name."""
        figures, words = self.report.figures, self.report.words
        drawings: dict[str, Callable[[], Drawing]] = {
            "status_by_type": lambda: charts.build_type_chart(figures, words),
            "status_by_region": lambda: charts.build_region_chart(figures, words),
            "status_by_country": lambda: charts.build_country_chart(figures, words),
            "trend": lambda: charts.build_trend_chart(figures, words),
            "trend_by_type": lambda: charts.build_type_trend_chart(figures, words),
            "map_points": lambda: maps.build_points_map(self.ground, figures, words),
            "map_levels": lambda: maps.build_levels_map(self.ground, figures, words),
            "map_closed": lambda: maps.build_closed_map(self.ground, figures, words),
        }
        caption = words("chart", name).replace("{on}", words.day(figures["on"]))
        notice = build_titles(self.report).example
        label = f"{notice}. {caption}" if notice else caption
        return Picture(caption, self._build_element(replace(drawings[name](), notice=notice), label))

    def _build_element(self, drawing: Drawing, caption: str) -> Markup:
        if self.for_print:
            return Markup('<img alt="{}" src="{}">').format(caption, drawing.render_png_address())
        labelled = f'<svg role="img" aria-label="{escape(caption)}" '
        # The picture is ours, and text from data is drawn as shapes.
        return Markup(drawing.render_svg().replace("<svg ", labelled, 1))  # noqa: S704

"""Report as one self-contained page, with its styles and pictures. The PDF is this page, printed."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from api.reports.images import charts, maps
from api.reports.images.figure import Drawing
from api.reports.sections import Report, build_sections
from api.reports.titles import build_titles
from api.responses.html import render_template


@dataclass(frozen=True, slots=True)
class Picture:
    """Element of a page with its caption, which screen readers read in place of the element."""

    caption: str
    element: Markup


class PictureCatalogue:
    """Catalogue of pictures. `fetched` is the data of maps (`images/map_data.py`). Pictures for print are bitmaps.

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


@cache
def load_stylesheet() -> str:
    """Load the stylesheet that the page contains between its tags."""
    return (files("api") / "templates/reports/report.css").read_text(encoding="utf-8")


@cache
def hash_stylesheet() -> str:
    """Compute the hash in the format of `style-src` (CSP Level 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(load_stylesheet().encode()).digest()).decode()}"


def render_report_page(report: Report, fetched: Mapping[str, Any], *, for_print: bool = False) -> str:
    """Render the page as HTML; equal figures give equal bytes."""
    return render_template(
        "reports/report.html",
        styles=Markup(load_stylesheet()),  # noqa: S704 - a file of ours
        report=report,
        words=report.words,
        titles=build_titles(report),
        sections=build_sections(report),
        picture=PictureCatalogue(report, fetched, for_print=for_print),
    )


def write_page(report: Report, fetched: Mapping[str, Any], path: Path) -> None:
    path.write_text(render_report_page(report, fetched), encoding="utf-8")


def write_pdf(report: Report, fetched: Mapping[str, Any], path: Path) -> None:
    print_page(render_report_page(report, fetched, for_print=True), path)


def print_page(page: str, path: Path) -> None:
    """Write the page as PDF. No address is opened, neither network nor files: pictures are in the page."""
    # The import takes a second, which an HTML page does not need.
    from weasyprint import HTML  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    data_only = URLFetcher(allowed_protocols=("data",))
    # Presentational hints are the `width` attributes of columns.
    HTML(string=page, url_fetcher=data_only).write_pdf(path, presentational_hints=True)

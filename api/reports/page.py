"""Report as one self-contained page, with its styles and pictures. The PDF is this page, printed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from api.pages import render_template
from api.reports.pictures import PictureCatalogue
from api.reports.sections import Report, build_sections
from api.reports.styles import load_stylesheet
from api.reports.titles import build_titles


def render_report_page(report: Report, fetched: Mapping[str, Any], *, for_print: bool = False) -> str:
    """Render the page as HTML; equal figures give equal bytes."""
    return render_template(
        "report.html",
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

"""A report as one page that needs nothing else: styles and pictures are in it. The PDF is this page, printed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from api.pages import render
from api.reports.pictures import Pictures
from api.reports.sections import Report, sections
from api.reports.styles import styles
from api.reports.titles import titles


def report_page(report: Report, fetched: Mapping[str, Any], *, for_print: bool = False) -> str:
    """The page as HTML: the same bytes for the same figures."""
    return render(
        "report.html",
        styles=Markup(styles()),  # noqa: S704 - a file of ours
        report=report,
        words=report.words,
        titles=titles(report),
        sections=sections(report),
        picture=Pictures(report, fetched, for_print=for_print),
    )


def write_page(report: Report, fetched: Mapping[str, Any], path: Path) -> None:
    path.write_text(report_page(report, fetched), encoding="utf-8")


def write_pdf(report: Report, fetched: Mapping[str, Any], path: Path) -> None:
    print_page(report_page(report, fetched, for_print=True), path)


def print_page(page: str, path: Path) -> None:
    """Write the page as PDF. No address is opened, of the network or of files: pictures stand in the page itself."""
    # It takes a second, which a page need not wait for.
    from weasyprint import HTML  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    only_what_is_given = URLFetcher(allowed_protocols=("data",))
    # Hints are the attributes `width` of columns.
    HTML(string=page, url_fetcher=only_what_is_given).write_pdf(path, presentational_hints=True)

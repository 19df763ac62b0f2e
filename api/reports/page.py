"""A report as one page that needs nothing else: styles and pictures are in it. The PDF is this page, printed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.pages import render
from api.reports.pictures import Pictures
from api.reports.sections import Report, sections
from api.reports.titles import titles


def report_page(report: Report, fetched: Mapping[str, Any], *, for_print: bool = False) -> str:
    """The page as HTML: the same bytes for the same figures."""
    return render(
        "report.html",
        report=report,
        words=report.words,
        titles=titles(report),
        sections=sections(report),
        picture=Pictures(report, fetched, for_print=for_print),
    )


def write_page(report: Report, fetched: Mapping[str, Any], path: Path) -> None:
    path.write_text(report_page(report, fetched), encoding="utf-8")


def write_pdf(report: Report, fetched: Mapping[str, Any], path: Path) -> None:
    """Nothing is fetched while it is written: the page has all it needs."""
    from weasyprint import HTML  # noqa: PLC0415 - it takes a second, which a page need not wait for

    HTML(string=report_page(report, fetched, for_print=True)).write_pdf(path)

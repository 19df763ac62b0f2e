"""Formats of reports: one entry each, the only place that lists them.

JSON is rendered by the process that has the figures. The other formats are written in a subprocess, which imports their
writer when it is used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from api.reports.sections import Report

# Data of the maps; empty for a format without maps.
MapData = Mapping[str, Any]
WriteReport = Callable[[Report, MapData, Path], None]


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """Format of a report. `load` imports and returns its writer; None if the report is rendered as JSON.

    `is_page` is True if browsers show the report in place of saving it.
    """

    name: str
    media_type: str
    load: Callable[[], WriteReport] | None
    has_maps: bool = False
    is_page: bool = False


def _load_page() -> WriteReport:
    from api.reports.output.html import write_page

    return write_page


def _load_pdf() -> WriteReport:
    from api.reports.output.html import write_pdf

    return write_pdf


def _load_workbook() -> WriteReport:
    from api.reports.output.xlsx import write_workbook

    return write_workbook


WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# In the order of preference, where Accept prefers several.
REPORT_FORMATS = {
    each.name: each
    for each in (
        ReportFormat("json", "application/json", None),
        ReportFormat("html", "text/html", _load_page, has_maps=True, is_page=True),
        ReportFormat("pdf", "application/pdf", _load_pdf, has_maps=True),
        ReportFormat("xlsx", WORKBOOK, _load_workbook),
    )
}
if TYPE_CHECKING:
    ReportFormatName = str
else:
    ReportFormatName = Literal[tuple(sorted(REPORT_FORMATS))]

"""Report document: figures, computed or of a frozen edition, written in the requested format."""

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.registry import NOTICE
from api.concurrency.temporary import create_temporary_directory
from api.formats.subprocess_writer import write_in_subprocess
from api.reports.images.map_data import build_map_data
from api.reports.parameters import Area, ReportFormat
from api.reports.sections import Report
from api.reports.summary import build_summary
from api.reports.titles import build_titles
from api.reports.translations import load_translations
from api.values.days import parse_day
from api.values.moments import parse_moment
from models.report.status_counts import Figures
from models.tables.bitemporal import Days

PATH = "/reports/points-of-entry"
MEDIA_TYPES: dict[ReportFormat, str] = {
    "html": "text/html",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


ALTERNATE_FORMATS: tuple[ReportFormat, ...] = ("html", "pdf", "xlsx")


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """Report with its figures. `root` is the service's address without a slash.

    `edition` has `number`, `previous` and `errata` of a frozen edition.
    """

    area: Area
    figures: Figures
    language: str
    root: str
    edition: Mapping[str, Any] | None = None

    @property
    def report(self) -> Report:
        return Report(self.figures, load_translations(self.language), self.addresses, self.edition)

    @property
    def addresses(self) -> dict[str, str]:
        """Addresses of this report, and of all the data that it lists the first rows of; each contains both clocks."""
        clock = {"as_known_at": self.figures["known_at"]}
        place: dict[str, Any] = {self.area.level: self.area.code} if self.area.code else {}
        days = f"{self.figures['compare']}/{self.figures['on']}"
        return {
            "self": self.address(),
            "changes": self._build_address(
                "/collections/changes/items", {"datetime": days, "is_poe": "true", **place, **clock}
            ),
            "points": self._build_address(
                "/collections/points-of-entry/items", {"datetime": self.figures["on"], **place, **clock}
            ),
        }

    def address(self, **more: str) -> str:
        """Build the permanent address of this report, which always returns the same report."""
        place = {"level": self.area.level} | ({"area": self.area.code} if self.area.code else {})
        days = {name: self.figures[name] for name in ("on", "compare") if self.figures[name]}
        what = {"edition": self.edition["number"]} if self.edition else days | {"as_known_at": self.figures["known_at"]}
        return self._build_address(PATH, {**place, **what, "lang": self.language, **more})

    def _build_address(self, path: str, query: Mapping[str, Any]) -> str:
        return f"{self.root}{path}?{urlencode(query, safe=':/,')}"

    @property
    def name(self) -> str:
        """File name without its suffix."""
        edition = f"-edition-{self.edition['number']}" if self.edition else ""
        return f"points-of-entry-{self.area.code or 'world'}-{self.figures['on']}{edition}-{self.language}"


def render_report_json(made: ReportDocument) -> bytes:
    """Render sentences, figures and sources as JSON; equal figures give equal bytes."""
    headings = build_titles(made.report)
    words = made.report.words
    forms = [
        {
            "rel": "alternate",
            "type": MEDIA_TYPES[form],
            "title": f"This report as {form.upper()}",
            "href": made.address(f=form),
        }
        for form in ALTERNATE_FORMATS
    ]
    document = {
        "title": f"{headings.title}: {headings.area}",
        "level": made.area.level,
        "area": made.area.code,
        "on": made.figures["on"],
        "compare": made.figures["compare"],
        "as_known_at": made.figures["known_at"],
        "edition": made.edition,
        "example": headings.example_long or None,
        "summary": build_summary(made.figures, words),
        "figures": made.figures,
        "methodology": words.said["method"]["paragraphs"],
        "notice": NOTICE,
        "links": [{"rel": "self", "type": MEDIA_TYPES["json"], "href": made.address(f="json")}, *forms],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def write_report_file(made: ReportDocument, form: ReportFormat, ground: Mapping[str, Any] | None) -> Path:
    """Write the report as a file into its own directory, which the caller removes, or raise NotWritten.

    A cancelled call leaves no file behind. Writing takes half a minute and needs no connection to the database:
    `ground` is the result of `fetch_map_data`.
    """
    content = {"figures": made.figures, "language": made.language, "addresses": made.addresses, "edition": made.edition}
    directory = create_temporary_directory()
    path = directory / f"{made.name}.{form}"
    try:
        await write_in_subprocess(
            "api.reports.output.worker", path, _yield_line(json.dumps(content | {"ground": ground}))
        )
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


async def fetch_map_data(
    connection: AsyncConnection, made: ReportDocument, form: ReportFormat
) -> dict[str, Any] | None:
    """Fetch the data of the report's maps; None if the format has no maps.

    Points are as of the moment of the report, so that a map shows the points that the figures count.
    """
    if form not in {"html", "pdf"}:
        return None
    day = Days.on(parse_day(made.figures["on"]))
    known_at = parse_moment(made.figures["known_at"])
    return await build_map_data(connection, made.area.build_filter(day, known_at), is_world=made.area.level == "global")


async def _yield_line(line: str) -> AsyncIterator[bytes]:
    yield f"{line}\n".encode()

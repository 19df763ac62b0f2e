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
from api.concurrency.child_processes import write_in_child
from api.concurrency.temporary import create_temporary_directory
from api.reports.images.map_data import build_map_data
from api.reports.output.registry import REPORT_FORMATS, ReportFormat
from api.reports.parameters import Area
from api.reports.sections import Report
from api.reports.summary import build_summary
from api.reports.titles import build_titles
from api.reports.translations import load_translations
from api.values.days import parse_day, parse_moment
from models.report.status_counts import Figures
from models.tables.bitemporal import Days

PATH = "/reports/points-of-entry"


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
    links = [
        {
            "rel": "alternate" if each.load else "self",
            "type": each.media_type,
            **({"title": f"This report as {each.name.upper()}"} if each.load else {}),
            "href": made.address(f=each.name),
        }
        for each in REPORT_FORMATS.values()
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
        "links": links,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def write_report_file(made: ReportDocument, format_: ReportFormat, maps: Mapping[str, Any]) -> Path:
    """Write the report as a file into its own directory, which the caller removes. Raises ChildFailed.

    A cancelled call leaves no file behind. Writing takes half a minute and needs no connection to the database:
    `maps` is the result of `fetch_map_data`.
    """
    content = {"figures": made.figures, "language": made.language, "addresses": made.addresses, "edition": made.edition}
    directory = create_temporary_directory()
    path = directory / f"{made.name}.{format_.name}"
    try:
        line = json.dumps(content | {"format": format_.name, "maps": maps})
        await write_in_child("api.reports.output.worker", path, _yield_line(line))
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


async def fetch_map_data(connection: AsyncConnection, made: ReportDocument, format_: ReportFormat) -> dict[str, Any]:
    """Fetch the data of the report's maps; empty if the format has no maps.

    Points are as of the moment of the report, so that a map shows the points that the figures count.
    """
    if not format_.has_maps:
        return {}
    day = Days.on(parse_day(made.figures["on"]))
    known_at = parse_moment(made.figures["known_at"])
    return await build_map_data(connection, made.area.build_filter(day, known_at), is_world=made.area.level == "global")


async def _yield_line(line: str) -> AsyncIterator[bytes]:
    yield f"{line}\n".encode()

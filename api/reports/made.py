"""A report made: its figures computed, or those of a frozen edition, and written in the form that is asked for."""

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import NOTICE
from api.formats.written_apart import write_by
from api.reports.asked import Area, Form
from api.reports.map_ground import map_ground
from api.reports.sections import Report
from api.reports.summary import summary
from api.reports.titles import titles
from api.reports.words import words_of
from api.server.temporary import temporary_directory
from api.values.days import parse_day
from api.values.moments import parse_moment
from models.report.tally import Figures
from models.time_axes import Days

PATH = "/reports/points-of-entry"
MEDIA_TYPES: dict[Form, str] = {
    "html": "text/html",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


OTHERS: tuple[Form, ...] = ("html", "pdf", "xlsx")


@dataclass(frozen=True, slots=True)
class Made:
    """`root` is the service's address without a slash.

    `edition` has `number`, `previous` and `errata` of a frozen one.
    """

    area: Area
    figures: Figures
    language: str
    root: str
    edition: Mapping[str, Any] | None = None

    @property
    def report(self) -> Report:
        return Report(self.figures, words_of(self.language), self.addresses, self.edition)

    @property
    def addresses(self) -> dict[str, str]:
        """Of this very report, and of the data that it lists the first of; each tells both clocks."""
        known = {"as_known_at": self.figures["known_at"]}
        place: dict[str, Any] = {self.area.level: self.area.code} if self.area.code else {}
        days = f"{self.figures['compare']}/{self.figures['on']}"
        return {
            "self": self.address(),
            "changes": self._at("/collections/changes/items", {"datetime": days, "is_poe": "true", **place, **known}),
            "points": self._at(
                "/collections/points-of-entry/items", {"datetime": self.figures["on"], **place, **known}
            ),
        }

    def address(self, **more: str) -> str:
        """The address that gives this report again, whenever it is asked."""
        place = {"level": self.area.level} | ({"area": self.area.code} if self.area.code else {})
        days = {name: self.figures[name] for name in ("on", "compare") if self.figures[name]}
        what = {"edition": self.edition["number"]} if self.edition else days | {"as_known_at": self.figures["known_at"]}
        return self._at(PATH, {**place, **what, "lang": self.language, **more})

    def _at(self, path: str, query: Mapping[str, Any]) -> str:
        return f"{self.root}{path}?{urlencode(query, safe=':/,')}"

    @property
    def name(self) -> str:
        """Of a file, without its suffix."""
        edition = f"-edition-{self.edition['number']}" if self.edition else ""
        return f"points-of-entry-{self.area.code or 'world'}-{self.figures['on']}{edition}-{self.language}"


def as_json(made: Made) -> bytes:
    """Sentences, figures and where they are from: the same bytes for the same figures."""
    said = titles(made.report)
    words = made.report.words
    forms = [
        {
            "rel": "alternate",
            "type": MEDIA_TYPES[form],
            "title": f"This report as {form.upper()}",
            "href": made.address(f=form),
        }
        for form in OTHERS
    ]
    document = {
        "title": f"{said.title}: {said.area}",
        "level": made.area.level,
        "area": made.area.code,
        "on": made.figures["on"],
        "compare": made.figures["compare"],
        "as_known_at": made.figures["known_at"],
        "edition": made.edition,
        "example": said.example_long or None,
        "summary": summary(made.figures, words),
        "figures": made.figures,
        "methodology": words.said["method"]["paragraphs"],
        "notice": NOTICE,
        "links": [{"rel": "self", "type": MEDIA_TYPES["json"], "href": made.address(f="json")}, *forms],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def as_file(made: Made, form: Form, ground: Mapping[str, Any] | None) -> Path:
    """The report as a file, in a directory of its own that the caller removes. Raises NotWritten.

    Nothing is left behind if the caller goes away in the middle. It takes half a minute, for which no connection to
    the database is needed: `ground` is what `ground_of` gave.
    """
    given = {"figures": made.figures, "language": made.language, "addresses": made.addresses, "edition": made.edition}
    directory = temporary_directory()
    path = directory / f"{made.name}.{form}"
    try:
        await write_by("api.reports.writing", path, _one(json.dumps(given | {"ground": ground})))
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


async def ground_of(connection: AsyncConnection, made: Made, form: Form) -> dict[str, Any] | None:
    """What the maps of the report stand on, if it has maps in this form.

    Points as they were known at the moment of the report, so that a map shows what the figures count.
    """
    if form not in {"html", "pdf"}:
        return None
    day = Days.on(parse_day(made.figures["on"]))
    known_at = parse_moment(made.figures["known_at"])
    return await map_ground(connection, made.area.question(day, known_at), is_world=made.area.level == "global")


async def _one(line: str) -> AsyncIterator[bytes]:
    yield f"{line}\n".encode()

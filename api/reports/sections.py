"""Sections of a report, in their order, with their texts, tables and pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.reports import method_tables, other_tables, restriction_tables, status_tables
from api.reports.summary import summary
from api.reports.table import Table
from api.reports.words import Words
from models.report.tally import Figures

# More bars would not fit on a page; the table has all countries.
MOST_BARS = 34


@dataclass(frozen=True, slots=True)
class Report:
    """Content of a report. `addresses` are the addresses of the data behind it, by name."""

    figures: Figures
    words: Words
    addresses: Mapping[str, str]
    edition: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Section of a report. `bullets` are sentences of a list, `pictures` names of pictures (api/reports/pictures.py).

    `sheets` are tables for a workbook only: the numbers behind a map, or all rows of a table that a page cuts.
    """

    id: str
    title: str
    bullets: Sequence[str] = ()
    paragraphs: Sequence[str] = ()
    pictures: Sequence[str] = ()
    tables: Sequence[Table] = ()
    sheets: Sequence[Table] = ()


def sections(report: Report) -> list[Section]:
    """Build the sections of this report."""
    return [section for make in SECTIONS for section in make(report)]


def _section(report: Report, name: str, **content: Any) -> Section:  # noqa: ANN401 - the fields of Section
    return Section(name, report.words("section", name), **content)


def _summary(report: Report) -> Iterator[Section]:
    yield _section(report, "summary", bullets=summary(report.figures, report.words))


def _coverage(report: Report) -> Iterator[Section]:
    yield _section(report, "coverage", tables=[status_tables.coverage(report.figures, report.words)])


def _status(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    pictures, tables = ["status_by_type"], [status_tables.status_by_type(figures, words)]
    if figures["day"]["regions"]:
        pictures.append("status_by_region")
        tables += [status_tables.status_by_region(figures, words), *status_tables.rankings(figures, words)]
    elif 1 < len(figures["day"]["countries"]) <= MOST_BARS:
        pictures.append("status_by_country")
    yield _section(report, "status", pictures=pictures, tables=tables)
    detail = [status_tables.statuses(figures, words), status_tables.direction(figures, words)]
    yield _section(report, "direction", tables=detail)


def _restrictions(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    yield _section(report, "measures", tables=list(restriction_tables.measures(figures, words)))
    yield _section(report, "populations", tables=list(restriction_tables.populations(figures, words)))
    yield _section(report, "duration", tables=list(restriction_tables.durations(figures, words)))


def _transit(report: Report) -> Iterator[Section]:
    yield _section(report, "transit", tables=[status_tables.transit(report.figures, report.words)])


def _countries(report: Report) -> Iterator[Section]:
    yield _section(report, "country_measures", tables=list(other_tables.levels(report.figures, report.words)))


def _changes(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    if figures["compare"] is not None:
        tables = [other_tables.moves(figures, words), other_tables.changed(figures, words, report.addresses["changes"])]
        yield _section(report, "changes", tables=tables)


def _freshness(report: Report) -> Iterator[Section]:
    yield _section(report, "freshness", tables=list(other_tables.freshness(report.figures, report.words)))


def _trend(report: Report) -> Iterator[Section]:
    tables = list(other_tables.weeks(report.figures, report.words))
    yield _section(report, "trend", pictures=["trend", "trend_by_type"], tables=tables)


def _maps(report: Report) -> Iterator[Section]:
    pictures = ["map_points"] if report.figures["level"] == "country" else ["map_points", "map_levels", "map_closed"]
    yield _section(report, "maps", pictures=pictures, paragraphs=[report.words("chart", "disputed")])


def _annex(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    if figures["points"] is not None:
        yield _section(report, "points", tables=[other_tables.points(figures, words, report.addresses["points"])])
    if figures["level"] != "country":
        tables, levels = [status_tables.status_by_country(figures, words)], other_tables.country_levels(figures, words)
        yield _section(report, "annex", tables=tables, sheets=[levels])


def _method(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    sums = figures["sums"]
    kind = "sums_failed" if sums["failed"] else "sums_hold"
    checked = words("says", kind, made=words.count(sums["made"]), failed=words.count(len(sums["failed"])))
    paragraphs = [*words.said["method"]["paragraphs"], *_of_the_edition(report), checked, words("says", "notice")]
    tables = [
        method_tables.definitions(words),
        method_tables.sources(figures, words),
        method_tables.notes(figures, words),
    ]
    tables += [method_tables.failed_sums(figures, words)] if sums["failed"] else []
    yield _section(report, "method", paragraphs=paragraphs, tables=tables)


def _of_the_edition(report: Report) -> Iterator[str]:
    if report.edition is None:
        return
    if report.edition["previous"] is None:
        yield report.words("says", "no_edition_before")
    else:
        yield report.words("says", "against_edition", number=report.edition["previous"])


# Add the builder of a new section here, in its place.
SECTIONS: tuple[Callable[[Report], Iterator[Section]], ...] = (
    _summary,
    _coverage,
    _status,
    _restrictions,
    _transit,
    _countries,
    _changes,
    _freshness,
    _trend,
    _maps,
    _annex,
    _method,
)

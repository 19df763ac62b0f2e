"""Sections of a report, in their order, with their texts, tables and pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.reports.summary import build_summary
from api.reports.tables import changes as other_tables
from api.reports.tables import restrictions as restriction_tables
from api.reports.tables import status as status_tables
from api.reports.tables.table import Column, Table, build_columns
from api.reports.translations import Translations
from models.codes import fold_text, get_code_list, list_codes
from models.report.places import INDICATORS
from models.report.status_counts import Figures

# More bars would not fit on a page; the table has all countries.
MAX_BARS = 34


@dataclass(frozen=True, slots=True)
class Report:
    """Content of a report. `addresses` are the addresses of the data behind it, by name."""

    figures: Figures
    words: Translations
    addresses: Mapping[str, str]
    edition: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Section of a report. `bullets` are sentences of a list, `pictures` names of pictures (`output/html.py`).

    `sheets` are tables for a workbook only: the numbers behind a map, or all rows of a table that a page cuts.
    """

    id: str
    title: str
    bullets: Sequence[str] = ()
    paragraphs: Sequence[str] = ()
    pictures: Sequence[str] = ()
    tables: Sequence[Table] = ()
    sheets: Sequence[Table] = ()


def build_sections(report: Report) -> list[Section]:
    """Build the sections of this report."""
    return [section for make in SECTION_BUILDERS for section in make(report)]


def _build_section(report: Report, name: str, **content: Any) -> Section:  # noqa: ANN401 - the fields of Section
    return Section(name, report.words("section", name), **content)


def _build_summary_section(report: Report) -> Iterator[Section]:
    yield _build_section(report, "summary", bullets=build_summary(report.figures, report.words))


def _build_coverage_section(report: Report) -> Iterator[Section]:
    yield _build_section(report, "coverage", tables=[status_tables.build_coverage(report.figures, report.words)])


def _build_status_sections(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    pictures, tables = ["status_by_type"], [status_tables.build_status_by_type(figures, words)]
    if figures["day"]["regions"]:
        pictures.append("status_by_region")
        tables += [status_tables.build_status_by_region(figures, words), *status_tables.build_rankings(figures, words)]
    elif 1 < len(figures["day"]["countries"]) <= MAX_BARS:
        pictures.append("status_by_country")
    yield _build_section(report, "status", pictures=pictures, tables=tables)
    detail = [status_tables.build_statuses(figures, words), status_tables.build_direction(figures, words)]
    yield _build_section(report, "direction", tables=detail)


def _build_restriction_sections(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    yield _build_section(report, "measures", tables=list(restriction_tables.build_measures(figures, words)))
    yield _build_section(report, "populations", tables=list(restriction_tables.build_populations(figures, words)))
    yield _build_section(report, "duration", tables=list(restriction_tables.build_durations(figures, words)))


def _build_transit_section(report: Report) -> Iterator[Section]:
    yield _build_section(report, "transit", tables=[status_tables.build_transit(report.figures, report.words)])


def _build_country_section(report: Report) -> Iterator[Section]:
    yield _build_section(
        report, "country_measures", tables=list(other_tables.build_levels(report.figures, report.words))
    )


def _build_changes_section(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    if figures["compare"] is not None:
        tables = [
            other_tables.build_moves(figures, words),
            other_tables.build_changes(figures, words, report.addresses["changes"]),
        ]
        yield _build_section(report, "changes", tables=tables)


def _build_freshness_section(report: Report) -> Iterator[Section]:
    yield _build_section(report, "freshness", tables=list(other_tables.build_freshness(report.figures, report.words)))


def _build_trend_section(report: Report) -> Iterator[Section]:
    tables = list(other_tables.build_weeks(report.figures, report.words))
    yield _build_section(report, "trend", pictures=["trend", "trend_by_type"], tables=tables)


def _build_maps_section(report: Report) -> Iterator[Section]:
    pictures = ["map_points"] if report.figures["level"] == "country" else ["map_points", "map_levels", "map_closed"]
    yield _build_section(report, "maps", pictures=pictures, paragraphs=[report.words("chart", "disputed")])


def _build_annex_sections(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    if figures["points"] is not None:
        yield _build_section(
            report, "points", tables=[other_tables.build_points(figures, words, report.addresses["points"])]
        )
    if figures["level"] != "country":
        tables, levels = (
            [status_tables.build_status_by_country(figures, words)],
            other_tables.build_country_levels(figures, words),
        )
        yield _build_section(report, "annex", tables=tables, sheets=[levels])


def _build_method_section(report: Report) -> Iterator[Section]:
    figures, words = report.figures, report.words
    sums = figures["sums"]
    kind = "sums_failed" if sums["failed"] else "sums_hold"
    checked = words("says", kind, made=words.count(sums["made"]), failed=words.count(len(sums["failed"])))
    paragraphs = [*words.said["method"]["paragraphs"], *_describe_edition(report), checked, words("says", "notice")]
    tables = [
        build_definitions(words),
        build_sources(figures, words),
        build_notes(figures, words),
    ]
    tables += [build_failed_sums(figures, words)] if sums["failed"] else []
    yield _build_section(report, "method", paragraphs=paragraphs, tables=tables)


def _describe_edition(report: Report) -> Iterator[str]:
    if report.edition is None:
        return
    if report.edition["previous"] is None:
        yield report.words("says", "no_edition_before")
    else:
        yield report.words("says", "against_edition", number=report.edition["previous"])


# Add the builder of a new section here, in its place.
SECTION_BUILDERS: tuple[Callable[[Report], Iterator[Section]], ...] = (
    _build_summary_section,
    _build_coverage_section,
    _build_status_sections,
    _build_restriction_sections,
    _build_transit_section,
    _build_country_section,
    _build_changes_section,
    _build_freshness_section,
    _build_trend_section,
    _build_maps_section,
    _build_annex_sections,
    _build_method_section,
)


# Code lists that a report uses, in the order of their use.
REPORT_CODE_LISTS = (
    "poe_type",
    "status_group",
    "operational_status",
    "measure",
    "affected_population",
    "expected_duration",
    *INDICATORS,
)


def build_definitions(words: Translations) -> Table:
    """Build the table of every code that the report uses, with label, definition and source."""
    rows = [
        [get_code_list(name).title, item.code, words.code(name, item.code), item.definition, item.source]
        for name in REPORT_CODE_LISTS
        for item in (get_code_list(name).item(code) for code in list_codes(name))
    ]
    columns = build_columns(
        words, ("list", "text"), ("code", "code"), ("label", "text"), ("definition", "long"), ("source", "text")
    )
    return Table("definitions", words("table", "definitions"), columns, rows, words("says", "definitions_in_english"))


def build_sources(figures: Figures, words: Translations) -> Table:
    """Build the table of sources with their counts: status of points, entries in the register, levels of countries. The
    source of shapes has no counts.
    """
    counted = ("points", "register", "levels")
    rows = [
        [one["name"], *(one[name] for name in counted), one["licence"], one["attribution"], one["url"]]
        for one in figures["sources"]
    ]
    counts = [Column(words("column", f"{name}_from"), "count") for name in counted]
    texts = build_columns(words, ("licence", "text"), ("attribution", "long"))
    columns = [Column(words("column", "source")), *counts, *texts, Column("URL")]
    return Table("sources", words("table", "sources"), columns, rows, words("says", "shapes"))


def build_notes(figures: Figures, words: Translations) -> Table:
    """Build the table of notes on the wording of a country's name, or on its place in a region."""
    named = [
        (words.country(iso3, figures["names"]), one["wording_note"])
        for iso3, one in figures["names"].items()
        if one.get("wording_note")
    ]
    placed = [
        (words.country(one["iso3"], figures["names"]), f"{one['region']}: {one['note']}") for one in figures["notes"]
    ]
    rows = sorted((list(one) for one in dict.fromkeys([*named, *placed])), key=lambda row: fold_text(row[0]))
    return Table("notes", words("table", "notes"), build_columns(words, ("country", "text"), ("note", "long")), rows)


def build_failed_sums(figures: Figures, words: Translations) -> Table:
    rows = [[one["says"], one["parts"], one["total"]] for one in figures["sums"]["failed"]]
    return Table(
        "sums",
        words("table", "sums"),
        build_columns(words, ("sum", "long"), ("parts", "count"), ("sum_total", "count")),
        rows,
    )

"""Tables of a report's method: codes and their definitions, sources, notes, and sums that failed."""

from api.reports.tables.table import Column, Table, build_columns
from api.reports.translations import Translations
from models.codes import fold_text, get_code_list, list_codes
from models.report.places import INDICATORS
from models.report.status_counts import Figures

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

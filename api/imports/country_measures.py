"""Loader for country measures as intervals, in the shipped formats: OxCGRT's indicators and internal border control."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from api.imports.importer import ImportContext
from api.imports.row_reader import RowReader
from api.imports.tabular_file import read_rows
from models.recording.bitemporal_tables import COUNTRY_MEASURES
from models.recording.bitemporal_update import ContradictoryUpdates, record_updates
from models.recording.restrictions import format_day_range

BORDER_CONTROL = "internal_border_control"
INDICATORS = {
    "C8_restrictions_on_international_travel": "international_travel",
    "C7_restrictions_on_internal_movement": "internal_movement",
    "C5_close_public_transport": "public_transport",
    BORDER_CONTROL: BORDER_CONTROL,
}
REQUIRED_COLUMNS = ("iso3", "level", "valid_from", "valid_to")
MAX_NAMED_ROWS = 5
ParsedRow = tuple[RowReader, dict[str, Any]]


async def load_country_measures(intake: ImportContext) -> None:
    """Load the measures. A file without the column `indicator` has measures of international travel (C8).

    Rows of `internal_border_control` name in `origin_iso3` the country across the border; all other rows apply to all
    countries.

    `valid_to` in the file is the last day of the level. The last interval of a country ends where observation ended: it
    is not still in force.
    """
    countries, source_ids = await intake.fetch_countries(), await intake.fetch_source_ids()
    rows = read_rows(intake.path, REQUIRED_COLUMNS)
    read = intake.parse_rows(rows, lambda row: (row, _parse_measure(row, countries, source_ids)))
    await _record_measures(intake, _drop_duplicates(intake, read))


def _drop_duplicates(intake: ImportContext, read: Sequence[ParsedRow]) -> list[ParsedRow]:
    """Drop rows that repeat an earlier row."""
    unique: dict[str, ParsedRow] = {}
    for row, measure in read:
        unique.setdefault(repr(measure | {"source_reference": None}), (row, measure))
    if repeated := len(read) - len(unique):
        intake.loaded.count("duplicate", repeated)
    return list(unique.values())


async def _record_measures(intake: ImportContext, read: Sequence[ParsedRow]) -> None:
    """Record the measures. Rows that overlap in their days are all left out, each with an error."""
    try:
        news = [measure for _, measure in read]
        intake.count(await record_updates(intake.connection, COUNTRY_MEASURES, news, intake.recorded_at))
    except ContradictoryUpdates as contradictory:
        others = defaultdict[int, list[int]](list)
        for first, second in contradictory.pairs:
            others[first].append(second)
            others[second].append(first)
        for place in sorted(others):
            rows = ", ".join(str(read[other][0].number) for other in others[place][:MAX_NAMED_ROWS])
            read[place][0].add_error("valid_from", f"overlaps with the days of row {rows}")
            intake.loaded.row_errors += read[place][0].row_errors
        await _record_measures(intake, [each for place, each in enumerate(read) if place not in others])


def _parse_measure(row: RowReader, countries: frozenset[str], source_ids: Mapping[str, int]) -> dict[str, Any]:
    indicator = _parse_indicator(row)
    first, last = row.read_day("valid_from"), row.read_day("valid_to")
    if last < first:
        row.add_error("valid_to", f"lies before valid_from {first}")
        last = first
    return {
        "imposing_iso3": row.read_country("iso3", countries),
        "origin_iso3": _parse_origin(row, indicator, countries),
        "indicator": indicator,
        "level": row.read_code("level", indicator),
        "measure_codes": [],
        "geographic_scope": row.read_code("geographic_scope", "geographic_scope")
        if row.read_text("geographic_scope")
        else None,
        "source_id": source_ids["eu-border-control-notifications" if indicator == BORDER_CONTROL else "oxcgrt"],
        "source_reference": row.read_text("record_id"),
        "comment": row.read_text("comment"),
        "valid_during": format_day_range(first, last + dt.timedelta(days=1)),
    }


def _parse_origin(row: RowReader, indicator: str, countries: frozenset[str]) -> str | None:
    """Return the other country, for a measure between two countries; None for a measure that applies to all."""
    if indicator != BORDER_CONTROL:
        return None
    origin = row.read_country("origin_iso3", countries)
    if origin and origin == row.values["iso3"]:
        row.add_error("origin_iso3", "is the same country as iso3; a border has two countries")
    return origin


def _parse_indicator(row: RowReader) -> str:
    if "indicator" not in row.values:
        return "international_travel"
    if row.values["indicator"] not in INDICATORS:
        row.add_error("indicator", f"is unknown; expected one of {', '.join(INDICATORS)}")
    return INDICATORS.get(row.values["indicator"], "international_travel")

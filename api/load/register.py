"""Loader for a register of points of entry, in the format of the shipped register."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from api.load.checked_row import RowReader
from api.load.complaint import RowError
from api.load.intake import ImportContext, Loader
from api.load.register_entry import is_candidate, match_sides, parse_register_entry, read_place
from api.load.table_file import NumberedRow, read_rows
from models.places_near import FAR_M, Place, find_places_off_border, find_places_outside_country
from models.register import fetch_office_changed_codes, fetch_reviewed_codes, record_register_entries

SOURCES = {
    "OurAirports": "ourairports",
    "World Port Index (NGA Pub. 150)": "wpi",
    "UN/LOCODE": "unlocode",
    "US BTS/CBP border crossing ports": "us-bts-ports",
    "OCHA/HDX Ukraine border crossings": "ocha-ukraine-crossings",
    "WFP border crossing points (world) 2015": "wfp-crossings",
    "Geo-Gecko CoronaTracker border points (East Africa) 2020": "geo-gecko-crossings",
    "Compiled list of named crossings (this project)": "compiled-crossings",
    "Natural Earth 10m roads/railroads x country borders": "derived-crossings",
    "OpenStreetMap Ireland border roads": "osm-crossings",
}
OTHER_SOURCE = "register"
REQUIRED_COLUMNS = ("poe_id", "name", "poe_type", "country_iso3", "lat", "lon", "coord_precision")
RowSelection = Literal["all", "listed", "candidates"]
ParsedRow = tuple[RowReader, dict[str, Any]]


def build_register_loader(changes_from: dt.date, *, is_shipped: bool = False, which: RowSelection = "all") -> Loader:
    """Build the loader for a register; its changes to existing points are valid from `changes_from` on.

    Points are paired by `crossing_id` over the whole file, also where only some rows are loaded. The shipped register
    gives no warnings about places, as all were reviewed, and does not overwrite newer data.
    """

    async def load(intake: ImportContext) -> None:
        countries, source_ids = await intake.fetch_countries(), await intake.fetch_source_ids()
        rows = list(read_rows(intake.path, REQUIRED_COLUMNS))
        pairs = match_sides(values for _, values in rows)
        seen: set[str] = set()

        def parse_entry(row: RowReader) -> ParsedRow:
            made = parse_register_entry(row, countries)
            if made["code"] in seen:
                row.add_error("poe_id", "stands in an earlier row too")
            seen.add(made["code"])
            counterpart, side = pairs.get(made["code"], (None, 0))
            made |= {"counterpart": counterpart, "side": side}
            return row, made | {"source_id": source_ids[SOURCES.get(row.values.get("source", ""), OTHER_SOURCE)]}

        read = await _check_border_distance(intake, intake.parse_rows(_filter_rows(rows, which), parse_entry))
        if is_shipped:
            read = await _exclude_settled(intake, read)
        entries = [made for _, made in read]
        outcomes = await record_register_entries(intake.connection, entries, intake.recorded_at, changes_from)
        intake.count(outcomes)
        if not is_shipped:
            news = [row for (row, _), outcome in zip(read, outcomes, strict=True) if outcome.outcome != "unchanged"]
            intake.loaded.warnings += await _find_far_points(intake, news)

    return load


def _filter_rows(rows: Sequence[NumberedRow], which: RowSelection) -> Iterator[NumberedRow]:
    for number, values in rows:
        if which == "all" or is_candidate(values) == (which == "candidates"):
            yield number, values


async def _check_border_distance(intake: ImportContext, read: Sequence[ParsedRow]) -> list[ParsedRow]:
    """Check the distance of land border points from their pair's border; leave out distant points, with an error."""
    stated = [
        row for row, made in read if row.read_text("other_country_iso3") and made["poe_type"] == "land_border_point"
    ]
    places = [_build_place(row, row.values["other_country_iso3"]) for row in stated]
    distances_km = await find_places_off_border(intake.connection, places)
    for row in stated:
        if row.number in distances_km:
            pair = f"{row.values['country_iso3']} and {row.values['other_country_iso3']}"
            reason = f"lies {distances_km[row.number]:.0f} km from the border of {pair}; at most {FAR_M // 1000} km"
            row.add_error("other_country_iso3", reason)
            intake.loaded.row_errors += row.row_errors
    return [(row, made) for row, made in read if row.number not in distances_km]


async def _exclude_settled(intake: ImportContext, read: Sequence[ParsedRow]) -> list[ParsedRow]:
    """Exclude points with newer data than the file: from an office, with a warning, or from a later file."""
    codes = [made["code"] for _, made in read]
    changed = await fetch_office_changed_codes(intake.connection, codes)
    intake.loaded.warnings += [
        RowError(row.number, "poe_id", made["code"], "was changed by an office, whose word stays")
        for row, made in read
        if made["code"] in changed
    ]
    reviewed = await fetch_reviewed_codes(intake.connection, codes)
    settled = changed | {made["code"] for _, made in read if made["evidence"] is None and made["code"] in reviewed}
    if settled:
        intake.loaded.count("unchanged", len(settled))
    return [(row, made) for row, made in read if made["code"] not in settled]


async def _find_far_points(intake: ImportContext, rows: Sequence[RowReader]) -> list[RowError]:
    """Find points far outside their country: swapped coordinates put a point into another country."""
    far = await find_places_outside_country(intake.connection, [_build_place(row) for row in rows])
    return [
        RowError(row.number, "lat", row.values["lat"], f"lies more than 25 km outside of {row.values['country_iso3']}")
        for row in rows
        if row.number in far
    ]


def _build_place(row: RowReader, other_iso3: str | None = None) -> Place:
    return Place(row.number, row.values["country_iso3"], *read_place(row), other_iso3=other_iso3)

"""Loader for a register of points of entry, in the format of the shipped register."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from api.load.checked_row import CheckedRow
from api.load.complaint import Complaint
from api.load.intake import Intake, Load
from api.load.register_entry import is_candidate, pair_sides, place_of, register_entry
from api.load.table_file import NumberedRow, rows_of
from models.places_near import FAR_M, Place, far_from_their_border, far_from_their_country
from models.register import changed_by_offices, record_register, reviewed_points

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
ANOTHER_SOURCE = "register"
NEEDED = ("poe_id", "name", "poe_type", "country_iso3", "lat", "lon", "coord_precision")
Which = Literal["all", "listed", "candidates"]
ReadRow = tuple[CheckedRow, dict[str, Any]]


def register(changes_from: dt.date, *, is_shipped: bool = False, which: Which = "all") -> Load:
    """Build the loader for a register; its changes to existing points are valid from `changes_from` on.

    Points are paired by `crossing_id` over the whole file, also where only some rows are loaded. The shipped register
    gives no warnings about places, as all were reviewed, and does not overwrite newer data.
    """

    async def load(intake: Intake) -> None:
        countries, source_ids = await intake.countries(), await intake.source_ids()
        rows = list(rows_of(intake.path, NEEDED))
        pairs = pair_sides(values for _, values in rows)
        seen: set[str] = set()

        def entry(row: CheckedRow) -> ReadRow:
            made = register_entry(row, countries)
            if made["code"] in seen:
                row.complain("poe_id", "stands in an earlier row too")
            seen.add(made["code"])
            counterpart, side = pairs.get(made["code"], (None, 0))
            made |= {"counterpart": counterpart, "side": side}
            return row, made | {"source_id": source_ids[SOURCES.get(row.values.get("source", ""), ANOTHER_SOURCE)]}

        read = await _near_their_border(intake, intake.checked(_wanted(rows, which), entry))
        if is_shipped:
            read = await _without_settled(intake, read)
        entries = [made for _, made in read]
        outcomes = await record_register(intake.connection, entries, intake.recorded_at, changes_from)
        intake.count(outcomes)
        if not is_shipped:
            news = [row for (row, _), outcome in zip(read, outcomes, strict=True) if outcome.outcome != "unchanged"]
            intake.loaded.warnings += await _far_away(intake, news)

    return load


def _wanted(rows: Sequence[NumberedRow], which: Which) -> Iterator[NumberedRow]:
    for number, values in rows:
        if which == "all" or is_candidate(values) == (which == "candidates"):
            yield number, values


async def _near_their_border(intake: Intake, read: Sequence[ReadRow]) -> list[ReadRow]:
    """Check the distance of land border points from their pair's border; leave out distant points, with an error."""
    stated = [row for row, made in read if row.text("other_country_iso3") and made["poe_type"] == "land_border_point"]
    places = [_place(row, row.values["other_country_iso3"]) for row in stated]
    distances_km = await far_from_their_border(intake.connection, places)
    for row in stated:
        if row.number in distances_km:
            pair = f"{row.values['country_iso3']} and {row.values['other_country_iso3']}"
            reason = f"lies {distances_km[row.number]:.0f} km from the border of {pair}; at most {FAR_M // 1000} km"
            row.complain("other_country_iso3", reason)
            intake.loaded.complaints += row.complaints
    return [(row, made) for row, made in read if row.number not in distances_km]


async def _without_settled(intake: Intake, read: Sequence[ReadRow]) -> list[ReadRow]:
    """Exclude points with newer data than the file: from an office, with a warning, or from a later file."""
    codes = [made["code"] for _, made in read]
    changed = await changed_by_offices(intake.connection, codes)
    intake.loaded.warnings += [
        Complaint(row.number, "poe_id", made["code"], "was changed by an office, whose word stays")
        for row, made in read
        if made["code"] in changed
    ]
    reviewed = await reviewed_points(intake.connection, codes)
    settled = changed | {made["code"] for _, made in read if made["evidence"] is None and made["code"] in reviewed}
    if settled:
        intake.loaded.count("unchanged", len(settled))
    return [(row, made) for row, made in read if made["code"] not in settled]


async def _far_away(intake: Intake, rows: Sequence[CheckedRow]) -> list[Complaint]:
    """Find points far outside their country: swapped coordinates put a point into another country."""
    far = await far_from_their_country(intake.connection, [_place(row) for row in rows])
    return [
        Complaint(row.number, "lat", row.values["lat"], f"lies more than 25 km outside of {row.values['country_iso3']}")
        for row in rows
        if row.number in far
    ]


def _place(row: CheckedRow, other_iso3: str | None = None) -> Place:
    return Place(row.number, row.values["country_iso3"], *place_of(row), other_iso3=other_iso3)

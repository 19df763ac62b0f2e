"""Loader for a register of points of entry, in the format of the shipped register."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from api.imports.errors import RowError
from api.imports.importer import ImportContext, Loader
from api.imports.row_reader import RowReader
from api.imports.tabular_file import NumberedRow, read_rows
from geo.one_place import normalise_position
from models.codes import list_codes
from models.recording.register import fetch_office_changed_codes, fetch_reviewed_codes, record_register_entries
from models.recording.register_changes import BORDER_TYPES
from models.validation.location_checks import FAR_M, Place, find_places_off_border, find_places_outside_country

# Values of the shipped register for an official point; any other value means unknown.
OFFICIAL_VALUES = {"yes_first_port_of_entry", "unlocode_border_function", "official_list"}
DETAIL_COLUMNS = (
    *("size_class", "official_poe", "wpi_number", "coord_check", "km_outside_country", "polygon_iso3"),
    *("km_to_nearest_foreign_country", "note", "other_side_name", "crossing_id", "side_model", "status_reported"),
    *("status_as_of", "km_to_pair_border", "corroborated_by", "licence_url"),
)
# The other country is the nearest foreign one, but only for a crossing at the border.
MAX_NEIGHBOUR_DISTANCE_KM = 25.0
DERIVED_PREFIX = "derived_"
MODE_SEPARATOR = "+"
NO_TRANSPORT = "unknown"
Entry = dict[str, Any]


def is_candidate(values: Mapping[str, str]) -> bool:
    """Check whether the row is derived: only from a map or from the other side's list, with no source for the point."""
    return values.get("evidence", "").startswith(DERIVED_PREFIX)


def parse_register_entry(row: RowReader, countries: frozenset[str]) -> Entry:
    """Return the columns of REGISTER, and `code`; errors are added to the row."""
    longitude, latitude = read_place(row)
    iso3 = row.read_country("country_iso3", countries)
    poe_type = row.read_code("poe_type", "poe_type")
    return {
        "code": row.read_required("poe_id"),
        "name": row.read_required("name"),
        "other_names": {},
        "poe_type": poe_type,
        "subtype": row.read_text("subtype"),
        "iso3": iso3,
        "other_iso3": _parse_other_country(row, poe_type, iso3, countries),
        "counterpart_id": None,
        "admin1_name": None,
        "admin1_code": row.read_text("subdivision"),
        "municipality": row.read_text("municipality"),
        "iata": row.read_text("iata"),
        "icao": row.read_text("icao"),
        "unlocode": row.read_text("locode"),
        "official_status": "official" if row.values.get("official_poe") in OFFICIAL_VALUES else "unknown",
        "ihr_designated": "unknown",
        "lifecycle": "candidate" if is_candidate(row.values) else "active",
        "successor_id": None,
        "opening_hours": row.read_opening_hours("opening_hours"),
        "geometry": f"SRID=4326;POINT({longitude} {latitude})",
        "coordinate_precision": row.read_code("coord_precision", "coordinate_precision"),
        "coordinate_source": row.read_text("coord_source"),
        "evidence": row.read_code("evidence", "evidence") if row.read_text("evidence") else None,
        "transport": _parse_transport(row),
        "side": 0,
        "source_reference": row.read_text("source_id"),
        "source_version": row.read_text("source_version"),
        "licence": row.read_text("licence"),
        "details": {name: row.values[name] for name in DETAIL_COLUMNS if row.values.get(name)},
    }


def read_place(row: RowReader) -> tuple[float, float]:
    return normalise_position(row.read_number_between("lon", -180, 180), row.read_number_between("lat", -90, 90))


def match_sides(rows: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, int]]:
    """Return the code of each point's counterpart and its own side, by code: the two rows of one `crossing_id`.

    A listed point has no candidate as its counterpart, as no source confirms the candidate.
    """
    crossings: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        if crossing := row.get("crossing_id"):
            crossings.setdefault(crossing, []).append(row)
    both = [sides for sides in crossings.values() if len(sides) == 2]
    pairs = [(one, other) for first, last in both for one, other in ((first, last), (last, first))]
    return {
        one.get("poe_id", ""): (other.get("poe_id", ""), _determine_side(one, other))
        for one, other in pairs
        if is_candidate(one) or not is_candidate(other)
    }


def _determine_side(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    """Return left (-1) or right (1) by the countries' codes if both points have equal coordinates, or 0."""
    if [one.get(name) for name in ("lon", "lat")] != [other.get(name) for name in ("lon", "lat")]:
        return 0
    return -1 if one.get("country_iso3", "") < other.get("country_iso3", "") else 1


def _parse_transport(row: RowReader) -> list[str] | None:
    text = row.read_text("transport")
    if text is None or text == NO_TRANSPORT:
        return None
    modes = text.split(MODE_SEPARATOR)
    known = list_codes("transport")
    if any(mode not in known for mode in modes):
        row.add_error("transport", f"expected codes of transport separated by +: {', '.join(known)}")
    return [mode for mode in known if mode in modes]


def _parse_other_country(row: RowReader, poe_type: str, iso3: str, countries: frozenset[str]) -> str | None:
    if row.read_text("other_country_iso3") is not None:
        return _parse_stated_country(row, poe_type, iso3, countries)
    across = row.read_text("nearest_foreign_iso3")
    if poe_type != "land_border_point" or across is None or across == iso3 or across not in countries:
        return None
    near = row.read_number_between("km_to_nearest_foreign_country", 0, 20_100) <= MAX_NEIGHBOUR_DISTANCE_KM
    return across if near else None


def _parse_stated_country(row: RowReader, poe_type: str, iso3: str, countries: frozenset[str]) -> str:
    other = row.read_country("other_country_iso3", countries)
    if other == iso3:
        row.add_error("other_country_iso3", "is the point's own country")
    elif poe_type not in BORDER_TYPES:
        row.add_error("other_country_iso3", f"does not apply to a point of type {poe_type}, which is not at a border")
    return other


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
                row.add_error("poe_id", "repeats the code of an earlier row")
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
        RowError(row.number, "poe_id", made["code"], "skipped: an office changed this point")
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

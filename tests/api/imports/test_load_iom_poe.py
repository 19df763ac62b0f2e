"""Loading IOM's assessments. The tables are made here: no file of IOM's may be passed on."""

import asyncio
import csv
import datetime as dt
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio
from conftest import create_database
from helpers.factories import add_country, add_late_poe, add_poe, day, record_status
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.imports.errors import LoadResult, RefusedFile, UnreadableFile
from api.imports.importer import import_file
from api.imports.iom.column_map import read_column_map
from api.imports.iom.points_of_entry import build_assessment_loader
from api.server.lifecycle import migrate_database
from models.tables.assessment import Assessment, HealthCapacity
from models.tables.bitemporal import is_current
from models.tables.point_of_entry import PointOfEntry
from models.tables.restriction import Restriction, RestrictionMeasure

NADI = "FJ-NAN"
Row = Mapping[str, object]


@pytest.fixture(scope="module")
def prepared(server: str) -> Iterator[str]:
    """Address of a database with a small register, to be copied for each test."""
    with create_database(server) as address:
        migrate_database(address)
        asyncio.run(_add_points(address))
        yield address


async def _add_points(address: str) -> None:
    engine = build_engine(address)
    async with engine.begin() as database:
        await add_country(database, "NAM", "NA")
        await add_poe(database, NADI, name="Nadi International Airport", iata="NAN", icao="NFFN", unlocode="FJNAN")
        await add_poe(database, "FJ-NAP", name="Port of Nadi", poe_type="blue_border_point", unlocode="FJNAN")
        await add_poe(database, "FJ-S1", name="Savusavu", other_names={"fr": "Savou-Savou"})
        await add_poe(database, "FJ-S2", name="Savusavu", poe_type="blue_border_point")
        await add_country(database, "BIH", "BA")
        await add_poe(database, "BA-IZA", name="Izačić", iso3="BIH", poe_type="land_border_point")
        await add_poe(database, "NA-OSH", name="Oshikango", iso3="NAM", poe_type="land_border_point")
    await engine.dispose()


@pytest.fixture
def address(server: str, prepared: str) -> Iterator[str]:
    with create_database(server, template=build_engine(prepared).url.database or "") as address:
        yield address


@pytest.fixture(scope="module")
def shared_address(server: str, prepared: str) -> Iterator[str]:
    with create_database(server, template=build_engine(prepared).url.database or "") as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(shared_address: str) -> AsyncIterator[AsyncEngine]:
    """For files that are refused: they leave nothing behind, so that one copy will do."""
    engine = build_engine(shared_address)
    yield engine
    await engine.dispose()


@pytest.fixture
async def engine(address: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(address)
    yield engine
    await engine.dispose()


def seen(on: object = "2020-05-08", status: str = "Fully closed", **columns: object) -> Row:
    """A row about Nadi airport, unless the columns say otherwise."""
    return {"PoE code": NADI, "Date": on, "Status": status} | {
        name.replace("_", " "): value for name, value in columns.items()
    }


def a_csv(directory: Path, *rows: Row, name: str = "poe.csv") -> Path:
    path = directory / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def an_xlsx(directory: Path, *rows: Row) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    for values in (columns, *([row.get(column) for column in columns] for row in rows)):
        sheet.append(values)
    path = directory / "poe.xlsx"
    book.save(path)
    return path


async def load(engine: AsyncEngine, path: Path, *, partial: bool = False, column_map: Path | None = None) -> LoadResult:
    read, content = read_column_map(column_map)
    return await import_file(engine, "iom-poe", path, build_assessment_loader(read), partial=partial, read_with=content)


async def believed_at(engine: AsyncEngine, code: str = NADI) -> list[tuple[str, str, str | None]]:
    """Status, first day and end of what is believed of the point, in order of days."""
    statement = (
        select(Restriction.operational_status, Restriction.valid_during)
        .join(PointOfEntry, PointOfEntry.id == Restriction.point_of_entry_id)
        .where(PointOfEntry.code == code, is_current(Restriction.recorded_during, None))
        .order_by(func.lower(Restriction.valid_during))
    )
    async with engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    return [(status, f"{days.lower:%m-%d}", f"{days.upper:%m-%d}" if days.upper else None) for status, days in rows]


async def the_restriction(engine: AsyncEngine) -> Restriction:
    async with engine.connect() as connection:
        return (await connection.execute(select(Restriction.__table__))).one()  # type: ignore[return-value]


async def count(engine: AsyncEngine, table: type[object]) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def complaints(engine: AsyncEngine, path: Path, column_map: Path | None = None) -> list[str]:
    with pytest.raises(RefusedFile) as refused:
        await load(engine, path, column_map=column_map)
    assert await count(engine, Restriction) == await count(engine, Assessment) == 0
    return [str(complaint) for complaint in refused.value.row_errors]


# What a row says


async def test_status_holds_from_the_day_on_which_it_was_seen(engine: AsyncEngine, tmp_path: Path) -> None:
    loaded = await load(engine, a_csv(tmp_path, seen("2020-05-08")))
    assert await believed_at(engine) == [("closed", "05-08", None)]
    assert loaded.counts == {"added": 1, "new assessments": 1}


async def test_row_holds_until_the_next_row_of_its_point(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_csv(tmp_path, seen("2020-05-15", "Fully operational"), seen("2020-05-08")))
    assert await believed_at(engine) == [("closed", "05-08", "05-15"), ("open", "05-15", None)]


async def test_all_columns_of_a_row_are_stored(engine: AsyncEngine, tmp_path: Path) -> None:
    row = seen(
        status="Partially closed",
        Restrictions="Movement restriction on entry; Medical measures applied at the location",
        Affected_populations="Nationals, Stranded migrants",
        Duration="14 days to one month",
        Source_type="Official website",
        Source_link="https://example.org/nadi",
        Comments="Two flights a week",
        Daily_inflow="120",
        Daily_outflow="80",
    )
    await load(engine, a_csv(tmp_path, row))
    kept = await the_restriction(engine)
    assert (kept.operational_status, kept.measures) == (
        "partially_operational",
        ["medical_requirements", "movement_restricted"],
    )
    assert kept.affected_populations == ["nationals", "stranded_migrants"]
    assert (kept.expected_duration, kept.announced_end) == ("14_days_to_1_month", None)
    assert (kept.source_type, kept.source_url) == ("government", "https://example.org/nadi")
    assert (kept.confidence, kept.comment) == ("reported", "Two flights a week")
    async with engine.connect() as connection:
        assessment = (await connection.execute(select(Assessment.__table__))).one()
    assert (assessment.assessed_on, assessment.estimated_daily_inflow, assessment.estimated_daily_outflow) == (
        day("05-08"),
        120,
        80,
    )


async def directions(engine: AsyncEngine) -> list[tuple[str, str]]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(RestrictionMeasure.measure, RestrictionMeasure.direction))
        return sorted(rows)


async def test_direction_comes_from_the_measure_or_the_row(engine: AsyncEngine, tmp_path: Path) -> None:
    row = seen(Restrictions="Movement restriction on exit | Quarantine", Direction="Entry")
    await load(engine, a_csv(tmp_path, row))
    assert await directions(engine) == [("mandatory_quarantine", "entry"), ("movement_restricted", "exit")]


async def test_measures_and_people_may_have_a_column_each(engine: AsyncEngine, tmp_path: Path) -> None:
    columns = {"Changes in visa requirements": "Yes", "Medical measures applied at the location": "0", "Nationals": "1"}
    await load(engine, a_csv(tmp_path, {**seen(), **columns}))
    assert await directions(engine) == [("visa_requirements_changed", "both")]
    assert (await the_restriction(engine)).affected_populations == ["nationals"]


async def test_announced_end_does_not_end_the_record(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_csv(tmp_path, seen(End_date="2020-06-30")))
    kept = await the_restriction(engine)
    assert (kept.expected_duration, kept.announced_end) == ("specific_date", day("06-30"))
    assert await believed_at(engine) == [("closed", "05-08", None)]


async def health(engine: AsyncEngine) -> list[tuple[str, str, str, str | None]]:
    statement = select(HealthCapacity.indicator, HealthCapacity.value, HealthCapacity.valid_during)
    async with engine.connect() as connection:
        rows = await connection.execute(statement.where(is_current(HealthCapacity.recorded_during, None)))
        return sorted(
            (indicator, value, f"{days.lower:%m-%d}", f"{days.upper:%m-%d}" if days.upper else None)
            for indicator, value, days in rows
        )


async def test_health_capacity_holds_until_the_next_one(engine: AsyncEngine, tmp_path: Path) -> None:
    first = seen("2020-05-01", SOPs="No", Screening="Routine screening")
    rows = (first, seen("2020-05-08"), seen("2020-05-15", SOPs="Yes"))
    await load(engine, a_csv(tmp_path, *rows))
    assert await health(engine) == [
        ("screening", "routine", "05-01", None),
        ("sops", "no", "05-01", "05-15"),
        ("sops", "yes", "05-15", None),
    ]


async def test_labels_are_understood_in_other_languages(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_csv(tmp_path, seen(status="Cerrado solo para la entrada")))
    assert await believed_at(engine) == [("closed_for_entry", "05-08", None)]


async def test_spreadsheet_equals_csv(engine: AsyncEngine, tmp_path: Path) -> None:
    rows = (seen(dt.datetime(2020, 5, 8, 13, 20), Daily_inflow=120.0), seen(dt.date(2020, 5, 15), "Unknown / other"))  # noqa: DTZ001
    await load(engine, an_xlsx(tmp_path, *rows))
    assert await believed_at(engine) == [("closed", "05-08", "05-15"), ("unknown", "05-15", None)]


async def test_tags_below_the_headings_are_passed_over(engine: AsyncEngine, tmp_path: Path) -> None:
    tags = {"PoE code": "#loc+code", "Date": "#date", "Status": "#status"}
    assert (await load(engine, a_csv(tmp_path, tags, seen()))).row_count == 1


async def test_unread_columns_are_named(engine: AsyncEngine, tmp_path: Path) -> None:
    loaded = await load(engine, a_csv(tmp_path, seen(Weather="fine", Mood="good")))
    assert loaded.counts["columns not read (Weather, Mood)"] == 2


async def test_of_two_columns_for_one_field_the_one_named_first_in_the_map_is_read(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, a_csv(tmp_path, seen("2020-05-08", Date_of_update="2020-05-06")))
    assert await believed_at(engine) == [("closed", "05-06", None)]


# The two clocks


async def test_same_file_twice_changes_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    path = a_csv(tmp_path, seen(), seen("2020-05-15", SOPs="Yes"))
    await load(engine, path)
    before = [await count(engine, table) for table in (Restriction, Assessment, HealthCapacity)]
    assert (await load(engine, path)).previously_loaded_at
    assert [await count(engine, table) for table in (Restriction, Assessment, HealthCapacity)] == before


async def test_same_rows_in_another_file_are_unchanged(engine: AsyncEngine, tmp_path: Path) -> None:
    rows = (seen(SOPs="No"), seen("2020-05-15"), seen("2020-05-22", "Fully operational", Daily_inflow="7"))
    await load(engine, a_csv(tmp_path, *rows))
    before = [await count(engine, table) for table in (Restriction, Assessment, HealthCapacity)]
    again = await load(engine, an_xlsx(tmp_path, *rows))
    assert again.counts == {"unchanged": 3, "health capacities unchanged": 1, "new assessments": 0}
    assert [await count(engine, table) for table in (Restriction, Assessment, HealthCapacity)] == before


async def test_older_file_loaded_later_keeps_the_newer_days(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_csv(tmp_path, seen("2020-05-15", "Fully operational", SOPs="Yes"), name="new.csv"))
    await load(engine, a_csv(tmp_path, seen("2020-05-08", SOPs="No"), name="old.csv"))
    assert await believed_at(engine) == [("closed", "05-08", "05-15"), ("open", "05-15", None)]
    assert await health(engine) == [("sops", "no", "05-08", "05-15"), ("sops", "yes", "05-15", None)]


async def test_older_file_does_not_outweigh_a_later_day_that_changed_nothing(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, a_csv(tmp_path, seen("2020-05-01", SOPs="Yes"), name="first.csv"))
    unchanged = await load(engine, a_csv(tmp_path, seen("2020-05-15", SOPs="Yes"), name="third.csv"))
    assert (unchanged.counts["unchanged"], unchanged.counts["new assessments"]) == (1, 1)
    await load(engine, a_csv(tmp_path, seen("2020-05-08", "Fully operational", SOPs="No"), name="second.csv"))
    assert await believed_at(engine) == [
        ("closed", "05-01", "05-08"),
        ("open", "05-08", "05-15"),
        ("closed", "05-15", None),
    ]
    assert [(value, since) for _, value, since, _ in await health(engine)] == [
        ("no", "05-08"),
        ("yes", "05-01"),
        ("yes", "05-15"),
    ]


async def test_office_update_of_later_days_is_preserved(engine: AsyncEngine, tmp_path: Path) -> None:
    async with engine.begin() as database:
        point = await database.scalar(select(PointOfEntry.id).where(PointOfEntry.code == NADI)) or 0
        await record_status(database, point, "commercial_traffic_only", "05-10", "05-20")
    await load(engine, a_csv(tmp_path, seen("2020-05-08")))
    assert await believed_at(engine) == [("closed", "05-08", "05-10"), ("commercial_traffic_only", "05-10", "05-20")]


async def test_week_without_change_adds_an_assessment_and_no_restriction(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_csv(tmp_path, seen("2020-05-08"), name="one.csv"))
    await load(engine, a_csv(tmp_path, seen("2020-05-15"), name="two.csv"))
    assert (await count(engine, Restriction), await count(engine, Assessment)) == (1, 2)


async def test_repeated_row_counts_as_a_duplicate(engine: AsyncEngine, tmp_path: Path) -> None:
    again = {**seen(status="FULLY-CLOSED"), "PoE code": "", "IATA": "nan"}
    loaded = await load(engine, a_csv(tmp_path, seen(), again, seen()))
    assert loaded.counts == {"added": 1, "duplicate": 2, "new assessments": 1}


async def test_two_rows_that_contradict_each_other_are_both_named(engine: AsyncEngine, tmp_path: Path) -> None:
    path = a_csv(tmp_path, seen(), seen(status="Fully operational"), seen("2020-05-15"))
    assert await complaints(engine, path) == [
        "row 2, Date = '2020-05-08': row 3 says otherwise of the same point and day",
        "row 3, Date = '2020-05-08': row 2 says otherwise of the same point and day",
    ]
    await load(engine, path, partial=True)
    assert await believed_at(engine) == [("closed", "05-15", None)]


# Which point a row is about


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"PoE code": "fj-nan"}, NADI),
        ({"IATA": "NAN"}, NADI),
        ({"ICAO": "NFFN"}, NADI),
        ({"PoE code": "POE_00123", "IATA": "NAN"}, NADI),
        ({"LOCODE": "FJ NAN", "Location type": "Airport"}, NADI),
        ({"LOCODE": "FJNAN", "Location type": "Sea border point"}, "FJ-NAP"),
        ({"PoE name": "NADI international  airport", "Country": "FJI"}, NADI),
        ({"PoE name": "savou savou", "Country": "FJ"}, "FJ-S1"),
        ({"PoE name": "Savusavu", "Country": "FJI", "Location type": "Blue border crossing point"}, "FJ-S2"),
        ({"PoE name": "Oshikango", "Country": "NA"}, "NA-OSH"),
        ({"PoE name": "Izačić", "Country": "Bosnia"}, "BA-IZA"),
    ],
)
async def test_point_is_found_by_any_of_its_names(
    engine: AsyncEngine, tmp_path: Path, names: dict[str, str], code: str
) -> None:
    await load(engine, a_csv(tmp_path, {**seen(), "PoE code": "", **names}))
    assert await believed_at(engine, code) == [("closed", "05-08", None)]


NOT_FOUND = "no point of the register in FJI has this name"
AIRPORT_NEAR = "FJ-NAN (Nadi International Airport, airport)"


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ({"PoE code": "FJ-XXX"}, "PoE code = 'FJ-XXX': no point of the register is known by it"),
        (
            {"PoE name": "Nadi airport", "Country": "Fiji (FJI)"},
            "Country = 'Fiji (FJI)': is not a country, territory or area; give its alpha-3 code, or words.country",
        ),
        (
            {"PoE name": "Nadi airport", "Country": "FJI"},
            f"PoE name = 'Nadi airport': {NOT_FOUND}; near to it are {AIRPORT_NEAR}",
        ),
        ({"PoE name": "Nadi Airprot", "Country": "FJI"}, f"PoE name = 'Nadi Airprot': {NOT_FOUND}"),
        ({"PoE name": "Oshikango", "Country": "FJI"}, f"PoE name = 'Oshikango': {NOT_FOUND}"),
        (
            {"PoE name": "Savusavu", "Country": "FJI"},
            "PoE name = 'Savusavu': could be FJ-S1 (Savusavu, airport) or FJ-S2 (Savusavu, blue_border_point)",
        ),
        (
            {"PoE name": "Nadi International Airport", "Country": "FJI", "Location type": "Land border crossing point"},
            f"PoE name = 'Nadi International Airport': is not of that type in the register, but {AIRPORT_NEAR}",
        ),
        (
            {"LOCODE": "FJNAN"},
            f"LOCODE = 'FJNAN': could be {AIRPORT_NEAR} or FJ-NAP (Port of Nadi, blue_border_point); say which",
        ),
        ({"IATA": "NAN", "Country": "NAM"}, f"IATA = 'NAN': is {AIRPORT_NEAR} in FJI, but the row says NAM"),
        (
            {"IATA": "NAN", "Lat": "-17.8", "Lon": "-178.6"},
            f"IATA = 'NAN': is {AIRPORT_NEAR}, which stands 423 km from the row's coordinates",
        ),
        ({"PoE name": "Savusavu"}, "country = '': a name finds a point only within its country"),
    ],
)
async def test_row_without_a_unique_point_is_reported(
    shared: AsyncEngine, tmp_path: Path, names: dict[str, str], complaint: str
) -> None:
    found = await complaints(shared, a_csv(tmp_path, {**seen(), "PoE code": "", **names}))
    assert found[0].startswith(f"row 2, {complaint}")
    assert await count(shared, PointOfEntry) == 6


async def test_row_before_the_points_first_day_is_reported(engine: AsyncEngine, tmp_path: Path) -> None:
    async with engine.begin() as database:
        await add_late_poe(database, "FJ-LATE", "06-01")
    path = a_csv(tmp_path, seen("2020-05-31", PoE_code="FJ-LATE"), seen("2020-06-01", PoE_code="FJ-LATE"))
    assert await complaints(engine, path) == [
        "row 2, Date = '2020-05-31': FJ-LATE is in the register from 2020-06-01 on"
    ]


@pytest.mark.parametrize("location", ["Area of interest", "site with a population of interest"])
async def test_areas_and_sites_are_refused_as_no_points_of_entry(
    shared: AsyncEngine, tmp_path: Path, location: str
) -> None:
    found = await complaints(shared, a_csv(tmp_path, seen(Location_type=location)))
    assert found == [
        f"row 2, Location type = '{location}': is not a point of entry: areas and sites are not held, only points are"
    ]


# Values that say nothing we understand


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Status", "", "is missing"),
        ("Status", "n/a", "is missing"),
        (
            "Status",
            "partialy operational",
            "has no meaning in words.operational_status of the column map; did you mean partially_operational",
        ),
        ("Date", "", "is missing"),
        ("Date", "05/06/2020", "is in none of the date formats of the column map"),
        ("Date", "2120-05-08", "lies in the future"),
        ("Location type", "harbour", "has no meaning in words.poe_type of the column map"),
        ("Direction", "sideways", "has no meaning in words.direction of the column map"),
        ("Duration", "a while", "has no meaning in words.expected_duration of the column map"),
        ("End date", "2020-05-07", "lies before 2020-05-08, the day of the observation"),
        ("Daily inflow", "about 20", "is not a whole number of people, without separators"),
        ("Daily outflow", "-1", "is not a whole number of people, without separators"),
        ("Lat", "17 S", "is not a number"),
        ("Lon", "190", "lies outside -180 to 180"),
        ("Source", "hearsay", "has no meaning in words.source_type of the column map"),
        ("URL", "javascript:alert(1)", "is not an address that begins with https:// or http://"),
        ("SOPs", "perhaps", "has no meaning in words.health_value of the column map"),
        ("Screening", "often", "has no meaning in words.screening_value of the column map"),
        ("Nationals", "some", "has no meaning in words.health_value of the column map"),
    ],
)
async def test_value_without_a_meaning_is_named(
    shared: AsyncEngine, tmp_path: Path, column: str, value: str, reason: str
) -> None:
    (found,) = await complaints(shared, a_csv(tmp_path, {**seen(), column: value}))
    assert found.startswith(f"row 2, {column} = '{value}': {reason}")


async def test_of_a_list_only_the_part_without_a_meaning_is_named(shared: AsyncEngine, tmp_path: Path) -> None:
    path = a_csv(tmp_path, seen(Measures="Medical measures; quarantaine; None"))
    (found,) = await complaints(shared, path)
    assert found.startswith("row 2, Measures = 'quarantaine': has no meaning in words.measure of the column map")
    assert found.endswith("did you mean mandatory_quarantine?")


async def test_every_bad_value_is_named_and_nothing_is_loaded(shared: AsyncEngine, tmp_path: Path) -> None:
    rows = (seen("soon", "ajar"), seen("2020-05-15"), seen("2020-05-22", PoE_code="XX-1"))
    found = await complaints(shared, a_csv(tmp_path, *rows))
    assert [complaint.split(" = ")[0] for complaint in found] == ["row 2, Date", "row 2, Status", "row 4, PoE code"]


async def test_partial_loads_the_good_rows(engine: AsyncEngine, tmp_path: Path) -> None:
    loaded = await load(engine, a_csv(tmp_path, seen(), seen("2020-05-15", "ajar")), partial=True)
    assert (loaded.row_count, loaded.counts["added"], len(loaded.row_errors)) == (2, 1, 1)
    assert await believed_at(engine) == [("closed", "05-08", None)]


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("Date", "observed_on"),
        ("Status", "operational_status"),
        ("PoE code", "code or iata or icao or unlocode or name"),
    ],
)
async def test_table_without_a_column_that_it_needs_is_unreadable(
    shared: AsyncEngine, tmp_path: Path, missing: str, named: str
) -> None:
    row = {"Weather": "fine"} | {name: value for name, value in seen().items() if name != missing}
    with pytest.raises(UnreadableFile, match=f"no column that the column map has under {named}; its columns are Weath"):
        await load(shared, a_csv(tmp_path, row))


# The column map


def a_map(directory: Path, *changes: tuple[str, str]) -> Path:
    """The map that ships, with some of its text changed."""
    text = read_column_map()[1].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = directory / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def test_custom_map_defines_columns_and_words(engine: AsyncEngine, tmp_path: Path) -> None:
    row = {"PoE code": NADI, "Tag": "05/06/2020", "Zustand": "zu"}
    column_map = a_map(
        tmp_path,
        ('date_formats = ["%Y-%m-%d"', 'date_formats = ["%d/%m/%Y"'),
        ('"Date of update"', '"Tag"'),
        ('operational_status = ["Operational status"', 'operational_status = ["Zustand"'),
        ("[words.operational_status]", '[words.operational_status]\n"ZU" = "closed"'),
    )
    await load(engine, a_csv(tmp_path, row), column_map=column_map)
    assert await believed_at(engine) == [("closed", "06-05", None)]


async def test_same_file_read_with_another_map_is_another_file(engine: AsyncEngine, tmp_path: Path) -> None:
    path = a_csv(tmp_path, seen(status="Other"))
    await load(engine, path)
    again = await load(engine, path, column_map=a_map(tmp_path, ('"Other" = "unknown"', '"Other" = "closed"')))
    assert again.counts["superseded"] == 1
    assert await believed_at(engine) == [("closed", "05-08", None)]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"Fully closed" = "closed"', '"Fully closed" = "shut"', "words.operational_status: 'shut' is none of open,"),
        ('= "movement_restricted entry"', '= "movement_restricted up"', "'movement_restricted up' is none of"),
        ("[words.direction]", "[words.way]", "words: 'way' is none of"),
        ("unlocode = [", "locode = [", "columns: 'locode' is none of code,"),
        ('iata = ["IATA"', 'iata = ["poe CODE"', "the column '.*' has two meanings"),
        ('confidence = "reported"', 'confidence = "sure"', "confidence: 'sure' is none of confirmed,"),
        ('confidence = "reported"', "trust = 1", "trust: Extra inputs are not permitted"),
        ("nothing = [", "nothing = ", "is not a column map"),
    ],
)
def test_map_that_makes_no_sense_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_column_map(a_map(tmp_path, (old, new)))


# The command


def crossings(address: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": address, "COLUMNS": "200"}
    command = Path(sys.executable).with_name("crossings")
    return subprocess.run(
        [command, "load", *map(str, arguments)], env=environment, capture_output=True, text=True, check=False
    )


def test_command_reports_the_result_of_the_rows(address: str, tmp_path: Path) -> None:
    ran = crossings(address, "iom-poe", "--map", a_map(tmp_path), a_csv(tmp_path, seen(), seen()))
    assert ran.returncode == 0, ran.stderr
    assert "poe.csv: 2 rows; 1 added, 1 duplicate, 1 new assessments" in ran.stderr


def test_command_names_unreadable_values(address: str, tmp_path: Path) -> None:
    ran = crossings(address, "iom-poe", a_csv(tmp_path, seen("soon")))
    assert ran.returncode == 1
    assert "row 2, Date = 'soon': is in none of the date formats" in ran.stderr
    assert "poe.csv: nothing was loaded, 1 values cannot be used" in ran.stderr

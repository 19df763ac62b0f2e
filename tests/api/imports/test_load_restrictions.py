"""Loading restrictions from a file: what a row says, rows that belong together, and rows that cannot be used."""

import datetime as dt
from pathlib import Path

import pytest
from helpers.factories import add_late_poe, add_poe, record_status
from helpers.files.register_files import load_register_file, write_file
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.errors import LoadResult, UnreadableFile
from api.imports.restrictions import load_point_restrictions

COLUMNS = (
    "point,valid_from,valid_until_inclusive,operational_status,measure,direction,traffic,affected_populations,"
    "nationality_rule,nationalities,is_exception,measure_comment,assessed_on,confidence,source,source_url,licence,comment"
)
GOOD: dict[str, str] = {
    "point": "FJ-NAN",
    "valid_from": "2020-03-21",
    "valid_until_inclusive": "2020-04-20",
    "operational_status": "partially_operational",
    "measure": "movement_restricted",
    "source": "Gazette",
    "licence": "CC0 1.0",
}
BELIEVED = """
    SELECT r.operational_status, r.confidence, s.name AS source, s.licence, lower(r.valid_during) AS first,
           upper(r.valid_during) AS stop, r.measures, r.affected_populations,
           (SELECT count(*) FROM restriction_measure m WHERE m.restriction_id = r.id) AS rows
    FROM restriction r JOIN source s ON s.id = r.source_id
    WHERE upper_inf(r.recorded_during) ORDER BY r.valid_during
"""


def row(**columns: str) -> str:
    values = GOOD | columns
    return ",".join(values.get(name, "") for name in COLUMNS.split(",")) + "\n"


async def loaded(database: AsyncConnection, directory: Path, *rows: str) -> LoadResult:
    return await load_register_file(
        database, write_file(directory, COLUMNS + "\n" + "".join(rows), "r.csv"), load_point_restrictions
    )


async def believed(database: AsyncConnection) -> list[dict[str, object]]:
    return [dict(found) for found in (await database.execute(text(BELIEVED))).mappings()]


async def test_rows_of_a_point_and_its_days_are_one_restriction(database: AsyncConnection, tmp_path: Path) -> None:
    await add_poe(database)
    found = await loaded(
        database,
        tmp_path,
        row(affected_populations="tourists;regular_travellers", direction="entry", traffic="passenger"),
        row(affected_populations="nationals", is_exception="yes"),
        row(affected_populations="crew; truck_drivers", is_exception="yes", traffic="cargo"),
        row(measure="medical_requirements", nationality_rule="except", nationalities="FJI"),
    )
    assert (found.row_errors, found.counts) == ([], {"added": 1, "new assessments": 1})
    assert await believed(database) == [
        {
            "operational_status": "partially_operational",
            "confidence": "reported",
            "source": "Gazette",
            "licence": "CC0 1.0",
            "first": dt.date(2020, 3, 21),
            "stop": dt.date(2020, 4, 21),
            "measures": ["medical_requirements", "movement_restricted"],
            "affected_populations": ["regular_travellers", "tourists"],
            "rows": 4,
        }
    ]


async def test_status_of_one_day_is_loaded_for_that_day(database: AsyncConnection, tmp_path: Path) -> None:
    await add_poe(database)
    one_day = row(operational_status="closed", measure="", valid_until_inclusive="2020-03-21")
    await loaded(database, tmp_path, one_day)
    (found,) = await believed(database)
    assert (found["first"], found["stop"], found["rows"]) == (dt.date(2020, 3, 21), dt.date(2020, 3, 22), 0)


async def test_restriction_without_an_end_holds_until_the_next_one(database: AsyncConnection, tmp_path: Path) -> None:
    point = await add_poe(database)
    await record_status(database, point, "open", "2021-01-01")
    later = row(valid_from="2020-06-01", valid_until_inclusive="", operational_status="closed")
    found = await loaded(database, tmp_path, row(valid_until_inclusive=""), later)
    assert found.row_errors == []
    days = [
        (each["operational_status"], str(each["first"]), each["stop"] and str(each["stop"]))
        for each in await believed(database)
    ]
    assert days == [
        ("partially_operational", "2020-03-21", "2020-06-01"),
        ("closed", "2020-06-01", "2021-01-01"),
        ("open", "2021-01-01", None),
    ]


async def test_assessment_days_are_recorded(database: AsyncConnection, tmp_path: Path) -> None:
    await add_poe(database)
    found = await loaded(database, tmp_path, row(assessed_on="2020-03-21;2020-04-01"))
    assert found.counts == {"added": 1, "new assessments": 2}
    days = await database.scalars(text("SELECT assessed_on FROM assessment ORDER BY assessed_on"))
    assert list(days) == [dt.date(2020, 3, 21), dt.date(2020, 4, 1)]


async def test_same_rows_in_another_file_change_nothing(database: AsyncConnection, tmp_path: Path) -> None:
    await add_poe(database)
    rows = (row(affected_populations="tourists"), row(affected_populations="nationals", is_exception="yes"))
    await loaded(database, tmp_path, *rows)
    before = await believed(database)
    again = await loaded(database, tmp_path, *reversed(rows), rows[0])
    assert again.counts == {"unchanged": 1, "duplicate": 1, "new assessments": 0}
    assert await believed(database) == before


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"point": "FJ-XXX"}, "point = 'FJ-XXX': no point of the register is known by it"),
        ({"point": ""}, "point = '': is missing"),
        ({"valid_from": "21/03/2020"}, "valid_from = '21/03/2020': is not a day written as 2020-04-15"),
        ({"valid_from": "2190-01-01", "valid_until_inclusive": ""}, "valid_from = '2190-01-01': lies in the future"),
        (
            {"valid_until_inclusive": "2020-03-20"},
            "valid_until_inclusive = '2020-03-20': lies before valid_from 2020-03-21",
        ),
        (
            {"operational_status": "close"},
            "operational_status = 'close': is not a code of operational_status; did you mean closed?",
        ),
        (
            {"measure": "quarantine"},
            "measure = 'quarantine': is not a code of measure; did you mean mandatory_quarantine?",
        ),
        ({"direction": "in"}, "direction = 'in': is not a code of direction; its codes are entry, exit, both"),
        (
            {"affected_populations": "tourists;turists"},
            (
                "affected_populations = 'tourists;turists': has 'turists', which is not a code of affected_population; "
                "did you mean tourists?"
            ),
        ),
        ({"nationality_rule": "only"}, "nationalities = '': is missing: the rule names some"),
        ({"nationalities": "FJI"}, "nationalities = 'FJI': needs a nationality_rule: only or except"),
        ({"is_exception": "perhaps"}, "is_exception = 'perhaps': is neither yes nor no"),
        (
            {"measure": "", "traffic": "cargo"},
            "traffic = 'cargo': belongs to a measure, and the column measure is empty",
        ),
        (
            {"assessed_on": "2020-05-01"},
            "assessed_on = '2020-05-01': has 2020-05-01, which is not a past day of the restriction",
        ),
        ({"assessed_on": "soon"}, "assessed_on = 'soon': has 'soon', which is not a day written as 2020-04-15"),
        (
            {"confidence": "sure"},
            "confidence = 'sure': is not a code of confidence; its codes are confirmed, reported, assumed",
        ),
        ({"source": ""}, "source = '': is missing"),
        ({"licence": ""}, "licence = '': is missing"),
        (
            {"source_url": "example.org"},
            "source_url = 'example.org': is not an address that begins with https:// or http://",
        ),
    ],
)
async def test_invalid_value_is_named_with_row_and_column(
    database: AsyncConnection, tmp_path: Path, wrong: dict[str, str], complaint: str
) -> None:
    await add_poe(database)
    found = await loaded(
        database, tmp_path, row(valid_from="2019-01-01", valid_until_inclusive="2019-01-31"), row(**wrong)
    )
    (told,) = map(str, found.row_errors)
    assert told == f"row 3, {complaint}"
    assert len(await believed(database)) == 1


async def test_bad_row_leaves_out_the_other_rows_of_its_restriction(database: AsyncConnection, tmp_path: Path) -> None:
    await add_poe(database)
    found = await loaded(database, tmp_path, row(), row(affected_populations="citizens", is_exception="yes"))
    assert [(each.row, each.column) for each in found.row_errors] == [(3, "affected_populations"), (2, "point")]
    assert await believed(database) == []


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        (
            {"operational_status": "closed"},
            "row 3, operational_status = 'closed': row 2 says otherwise of the same point and days",
        ),
        ({"licence": "MIT"}, "row 3, licence = 'MIT': the licence of Gazette is CC0 1.0"),
    ],
)
async def test_rows_of_a_restriction_that_do_not_agree_are_named(
    database: AsyncConnection, tmp_path: Path, other: dict[str, str], complaint: str
) -> None:
    await add_poe(database)
    found = await loaded(database, tmp_path, row(), row(**other))
    assert [str(each) for each in found.row_errors] == [complaint]
    assert await believed(database) == []


async def test_restrictions_that_share_days_are_named_both(database: AsyncConnection, tmp_path: Path) -> None:
    await add_poe(database)
    found = await loaded(database, tmp_path, row(), row(valid_from="2020-04-01", valid_until_inclusive=""))
    assert [str(each) for each in found.row_errors] == [
        "row 2, valid_from = '2020-03-21': row 3 speaks of the same days too",
        "row 3, valid_from = '2020-04-01': row 2 speaks of the same days too",
    ]
    assert await believed(database) == []


async def test_day_before_the_point_was_in_the_register_is_refused(database: AsyncConnection, tmp_path: Path) -> None:
    await add_late_poe(database, "FJ-NEW", "04-01")
    found = await loaded(database, tmp_path, row(point="FJ-NEW"))
    assert [str(each) for each in found.row_errors] == [
        "row 2, valid_from = '2020-03-21': FJ-NEW is in the register from 2020-04-01 on"
    ]


async def test_column_of_another_name_is_refused(database: AsyncConnection, tmp_path: Path) -> None:
    path = write_file(tmp_path, COLUMNS.replace("traffic", "trafic") + "\n" + row(), "r.csv")
    with pytest.raises(UnreadableFile, match=r"r\.csv has the column trafic; the columns are point, valid_from"):
        await load_register_file(database, path, load_point_restrictions)
    with pytest.raises(UnreadableFile, match="has no column valid_until_inclusive"):
        await load_register_file(
            database,
            write_file(tmp_path, "point,valid_from,operational_status,source,licence\n", "s.csv"),
            load_point_restrictions,
        )

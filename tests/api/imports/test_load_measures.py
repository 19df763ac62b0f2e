"""Loading country measures: rows that repeat or contradict one another, and values that cannot be used."""

import datetime as dt
from pathlib import Path

import pytest
from helpers.files.register_files import load_register_file, write_file
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.country_measures import load_country_measures
from api.imports.errors import LoadResult, UnreadableFile
from models.tables.country_measure import CountryMeasure

HEADER = "record_id,iso3,level,valid_from,valid_to\n"
ROW = "x1,LIE,3,2030-01-01,2030-01-31\n"


async def loaded(database: AsyncConnection, directory: Path, rows: str) -> LoadResult:
    return await load_register_file(database, write_file(directory, HEADER + rows, "m.csv"), load_country_measures)


async def count(database: AsyncConnection) -> int:
    later = func.lower(CountryMeasure.valid_during) >= dt.date(2030, 1, 1)
    return await database.scalar(select(func.count()).select_from(CountryMeasure).where(later)) or 0


@pytest.mark.parametrize("again", [ROW, ROW.replace("x1", "x2"), f"{ROW}{ROW}"])
async def test_equal_rows_count_once(shipped: AsyncConnection, tmp_path: Path, again: str) -> None:
    found = await loaded(shipped, tmp_path, ROW + again)
    assert found.counts == {"added": 1, "duplicate": again.count("\n")}
    assert (found.row_errors, await count(shipped)) == ([], 1)


async def test_rows_that_contradict_one_another_are_named_and_the_others_loaded(
    shipped: AsyncConnection, tmp_path: Path
) -> None:
    other = "x2,LIE,2,2030-01-31,2030-02-28\n"
    found = await loaded(shipped, tmp_path, ROW + other + "x3,AND,1,2030-01-01,2030-01-31\n")
    assert [str(each) for each in found.row_errors] == [
        "row 2, valid_from = '2030-01-01': overlaps with the days of row 3",
        "row 3, valid_from = '2030-01-31': overlaps with the days of row 2",
    ]
    assert (found.counts, await count(shipped)) == ({"added": 1}, 1)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            ROW.replace("2030-01-31", "9999-12-31"),
            "row 2, valid_to = '9999-12-31': lies outside the years 1900 to 2199",
        ),
        (
            ROW.replace("2030-01-01", "0001-01-01"),
            "row 2, valid_from = '0001-01-01': lies outside the years 1900 to 2199",
        ),
        (
            ROW.replace("2030-01-01", "2030-W01-1"),
            "row 2, valid_from = '2030-W01-1': is not a day written as 2020-04-15",
        ),
        (ROW.replace("2030-01-01", "20300101"), "row 2, valid_from = '20300101': is not a day written as 2020-04-15"),
        (ROW.replace("2030-01-01", "2030-02-01"), "row 2, valid_to = '2030-01-31': lies before valid_from 2030-02-01"),
        (ROW.replace("LIE", "XXX"), "row 2, iso3 = 'XXX': is not the alpha-3 code of a country, territory or area"),
    ],
)
async def test_invalid_value_is_named(shipped: AsyncConnection, tmp_path: Path, row: str, complaint: str) -> None:
    found = await loaded(shipped, tmp_path, row)
    assert complaint in [str(each) for each in found.row_errors]
    assert await count(shipped) == 0


async def test_last_year_of_records_can_end_a_measure(shipped: AsyncConnection, tmp_path: Path) -> None:
    assert (await loaded(shipped, tmp_path, ROW.replace("2030-01-31", "2199-12-31"))).counts == {"added": 1}


@pytest.mark.parametrize(
    "content", ["<html><body>502 Bad Gateway</body></html>\n", "iso3;level\nLIE;3\n", "a,b\n1,2\n"]
)
async def test_file_with_other_columns_is_refused_by_them(
    shipped: AsyncConnection, tmp_path: Path, content: str
) -> None:
    with pytest.raises(UnreadableFile, match=r"m\.csv has no column .*valid_from, valid_to; its first row is '"):
        await load_register_file(shipped, write_file(tmp_path, content, "m.csv"), load_country_measures)

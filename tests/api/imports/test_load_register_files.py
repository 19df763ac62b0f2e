"""Loading registers and measures: the changes of a file, and the errors of an unusable one."""

import datetime as dt
import gzip
from pathlib import Path

import pytest
from helpers.files.register_files import HEADER, ROW, load_register_file, write_file
from helpers.shipped.register import read_first_register
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.country_measures import load_country_measures
from api.imports.errors import UnreadableFile
from api.imports.register import build_register_loader
from api.shipped_data import DATA
from models.queries.filters import PointFilter
from models.queries.points import select_points
from models.tables.bitemporal import BEGINNING_OF_TIME, Days

TODAY = dt.date(2026, 1, 1)


async def name_on(database: AsyncConnection, code: str, day: dt.date) -> str | None:
    answers = select_points(PointFilter(Days.on(day))).subquery()
    name: str | None = await database.scalar(select(answers.c.name).where(answers.c.code == code))
    return name


async def complaints(database: AsyncConnection, directory: Path, rows: str) -> list[str]:
    return [
        str(each)
        for each in (
            await load_register_file(database, write_file(directory, HEADER + rows), build_register_loader(TODAY))
        ).row_errors
    ]


async def test_shipped_register_again_changes_nothing(shipped: AsyncConnection) -> None:
    loaded = await load_register_file(
        shipped, DATA / "points_of_entry.csv.gz", build_register_loader(BEGINNING_OF_TIME, is_shipped=True)
    )
    assert loaded.counts == {"unchanged": 9039} == {"unchanged": len(read_first_register())}


async def test_shipped_measures_again_change_nothing(shipped: AsyncConnection) -> None:
    for name, rows in (("country_travel_controls", 1846), ("country_internal_movement_controls", 2993)):
        assert (await load_register_file(shipped, DATA / f"{name}.csv.gz", load_country_measures)).counts == {
            "unchanged": rows
        }


async def test_land_borders_under_the_odbl_are_an_option(shipped: AsyncConnection) -> None:
    path = DATA / "odbl/points_of_entry_land_odbl.csv.gz"
    assert (await load_register_file(shipped, path, build_register_loader(TODAY))).counts == {"added": 456}


async def test_renamed_point_keeps_its_old_name_on_old_days(shipped: AsyncConnection, tmp_path: Path) -> None:
    await load_register_file(shipped, write_file(tmp_path, HEADER + ROW), build_register_loader(TODAY))
    renamed = ROW.replace("Somewhere", "Elsewhere")
    assert (
        await load_register_file(shipped, write_file(tmp_path, HEADER + renamed), build_register_loader(TODAY))
    ).counts == {"superseded": 1}
    assert await name_on(shipped, "XX-1", TODAY - dt.timedelta(days=1)) == "Somewhere"
    assert await name_on(shipped, "XX-1", TODAY) == "Elsewhere"


async def test_each_bad_value_is_named_with_its_row_and_column(shipped: AsyncConnection, tmp_path: Path) -> None:
    rows = (
        ROW
        + ROW.replace("XX-1", "XX-2").replace("177.4", "1774")
        + ROW.replace("XX-1", "XX-3").replace("airport", "airprt").replace("FJI", "FIJ")
        + ROW.replace("Somewhere", "")
    )
    assert await complaints(shipped, tmp_path, rows) == [
        "row 3, lon = '1774': lies outside -180 to 180",
        "row 4, country_iso3 = 'FIJ': is not the alpha-3 code of a country, territory or area",
        "row 4, poe_type = 'airprt': is not a code of poe_type; did you mean airport?",
        "row 5, name = '': is missing",
        "row 5, poe_id = 'XX-1': repeats the code of an earlier row",
    ]


async def test_places_that_are_no_points_are_refused_as_such(shipped: AsyncConnection, tmp_path: Path) -> None:
    (complaint,) = await complaints(shipped, tmp_path, ROW.replace("airport", "area_of_interest"))
    assert "is not a code of poe_type" in complaint


async def test_namibia_is_no_missing_value(shipped: AsyncConnection, tmp_path: Path) -> None:
    assert await complaints(shipped, tmp_path, ROW.replace("FJI", "NAM").replace("FJ-W", "NA")) == []
    found = text("SELECT admin1_code FROM point_of_entry_version WHERE source_reference = 'X1'")
    assert await shipped.scalar(found) == "NA"


@pytest.mark.parametrize("mark", ["", "\N{BYTE ORDER MARK}"])
@pytest.mark.parametrize("separator", [",", ";"])
async def test_ways_of_spreadsheets_to_write_csv(
    shipped: AsyncConnection, tmp_path: Path, mark: str, separator: str
) -> None:
    content = mark + (HEADER + ROW).replace(",", separator).replace("\n", "\r\n")
    assert (await load_register_file(shipped, write_file(tmp_path, content), build_register_loader(TODAY))).counts == {
        "added": 1
    }


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (HEADER.encode() + ROW.replace("Somewhere", "Café").encode("latin-1"), "x.csv", "is not UTF-8"),
        (b"", "x.csv", "is empty"),
        (b"no gzip", "x.csv.gz", "x.csv.gz"),
        # A time of its own would make the test another one in each process that collects it.
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6], "x.csv.gz", "x.csv.gz"),
        (b"not a workbook", "x.xlsx", "x.xlsx"),
        (b"a,a\n1,2\n", "x.csv", "repeats the column .a."),
    ],
)
async def test_unreadable_file_is_explained(
    shipped: AsyncConnection, tmp_path: Path, content: bytes, name: str, said: str
) -> None:
    with pytest.raises(UnreadableFile, match=said):
        await load_register_file(shipped, write_file(tmp_path, content, name), build_register_loader(TODAY))


async def test_place_far_from_its_country_is_warned_about(shipped: AsyncConnection, tmp_path: Path) -> None:
    turned = ROW.replace("XX-1", "XX-2").replace("FJI", "SLV").replace("-17.8,177.4", "-89.4,14.4")
    loaded = await load_register_file(
        shipped, write_file(tmp_path, HEADER + ROW + turned), build_register_loader(TODAY)
    )
    assert (loaded.counts, loaded.row_errors) == ({"added": 2}, [])
    assert [str(each) for each in loaded.warnings] == ["row 3, lat = '-89.4': lies more than 25 km outside of SLV"]
    again = await load_register_file(shipped, write_file(tmp_path, HEADER + ROW + turned), build_register_loader(TODAY))
    assert (again.counts, again.warnings) == ({"unchanged": 2}, [])


async def test_antimeridian_has_one_number(shipped: AsyncConnection, tmp_path: Path) -> None:
    rows = ROW.replace("177.4", "-180") + ROW.replace("XX-1", "XX-2").replace("177.4", "180")
    await load_register_file(shipped, write_file(tmp_path, HEADER + rows), build_register_loader(TODAY))
    statement = "SELECT ST_X(geometry) FROM point_of_entry_version WHERE code IN ('XX-1', 'XX-2')"
    assert (await shipped.scalars(text(statement))).all() == [180, 180]

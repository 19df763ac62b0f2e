"""Loading IOM's matrix. The files are made here, in its form: no file of IOM's may be passed on."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from conftest import create_database
from helpers.factories import add_country, day
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.imports.errors import LoadResult, RefusedFile, UnreadableFile
from api.imports.importer import import_file
from api.imports.iom.matrix import build_matrix_loader, parse_matrix_day
from api.server.lifecycle import migrate_database
from models.tables.bitemporal import is_current
from models.tables.country_measure import CountryMeasure

COUNTRIES = ("AFG", "FJI", "FRA")
Matrix = Mapping[str, list[object]]
MATRIX: Matrix = {
    "ARRIVAL_ISO3": ["AFG", "FJI", "FRA"],
    "AFG": ["0-0", "0-0", "3-99"],
    "FJI": ["2-1,20", "", "1-20,22,3"],
    "FRA": ["1-20", "2-15", "0-0"],
}


@pytest.fixture(scope="module")
def prepared(server: str) -> Iterator[str]:
    """Address of a database with three countries, to be copied for each test."""

    async def add_countries(address: str) -> None:
        engine = build_engine(address)
        async with engine.begin() as connection:
            for iso3 in COUNTRIES:
                await add_country(connection, iso3, {"AFG": "AF", "FJI": "FJ", "FRA": "FR"}[iso3])
        await engine.dispose()

    with create_database(server) as address:
        migrate_database(address)
        asyncio.run(add_countries(address))
        yield address


@pytest.fixture
def address(server: str, prepared: str) -> Iterator[str]:
    with create_database(server, template=name_of(prepared)) as address:
        yield address


@pytest.fixture(scope="module")
def shared_address(server: str, prepared: str) -> Iterator[str]:
    with create_database(server, template=name_of(prepared)) as address:
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


def name_of(address: str) -> str:
    return build_engine(address).url.database or ""


def a_file(directory: Path, on: str, matrix: Matrix = MATRIX, *, end: str = ";\n") -> Path:
    path = directory / f"heatmap_{on}.js"
    path.write_text(f"var RestrictionMatrix = {json.dumps(matrix)}{end}", encoding="utf-8")
    return path


def with_cell(imposing: str, origin: str, cell: object, matrix: Matrix = MATRIX) -> dict[str, list[object]]:
    cells = list(matrix[imposing])
    cells[matrix["ARRIVAL_ISO3"].index(origin)] = cell
    return dict(matrix) | {imposing: cells}


async def load(engine: AsyncEngine, path: Path, *, partial: bool = False) -> LoadResult:
    on = parse_matrix_day(path, None)
    return await import_file(
        engine, "iom-matrix", path, build_matrix_loader(on), partial=partial, about_day=on, read_with=str(on).encode()
    )


async def imposed(engine: AsyncEngine, imposing: str, origin: str, on: str) -> tuple[str, list[str]] | None:
    """Level and measure codes on a day."""
    measure = CountryMeasure
    pair = (measure.imposing_iso3 == imposing, measure.origin_iso3 == origin, measure.indicator == "air_travel")
    held = measure.valid_during.contains(day(on))
    statement = select(measure.level, measure.measure_codes).where(
        *pair, held, is_current(measure.recorded_during, None)
    )
    async with engine.connect() as connection:
        row = (await connection.execute(statement)).one_or_none()
    return None if row is None else (row.level, row.measure_codes)


async def records(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(CountryMeasure)) or 0


async def refusal(engine: AsyncEngine, path: Path) -> list[str]:
    with pytest.raises(RefusedFile) as refused:
        await load(engine, path)
    assert await records(engine) == 0
    return [str(complaint) for complaint in refused.value.row_errors]


async def test_row_imposes_and_a_column_is_imposed_upon(engine: AsyncEngine, tmp_path: Path) -> None:
    loaded = await load(engine, a_file(tmp_path, "2021-02-01"))
    assert (loaded.row_count, loaded.counts) == (6, {"added": 6})
    assert await imposed(engine, "FJI", "AFG", "2021-02-01") == ("total", ["1", "20"])
    assert await imposed(engine, "AFG", "FJI", "2021-02-01") == ("none_reported", [])


async def test_four_levels_are_names_and_their_numbers_no_order(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01"))
    pairs = (("AFG", "FJI"), ("AFG", "FRA"), ("FRA", "AFG"), ("FRA", "FJI"))
    found = [await imposed(engine, *pair, "2021-02-01") for pair in pairs]
    assert found == [("none_reported", []), ("no_restriction", []), ("partial", ["20"]), ("total", ["15"])]


async def test_measure_codes_are_sorted_by_number(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01"))
    assert await imposed(engine, "FJI", "FRA", "2021-02-01") == ("partial", ["3", "20", "22"])


async def test_snapshot_leaves_earlier_days_unchanged(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01"))
    assert await imposed(engine, "FJI", "AFG", "2021-01-31") is None
    assert await imposed(engine, "FJI", "AFG", "2021-12-31") == ("total", ["1", "20"])


async def test_same_file_twice_changes_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    path = a_file(tmp_path, "2021-02-01")
    await load(engine, path)
    again = await load(engine, path)
    assert again.previously_loaded_at
    assert await records(engine) == 6


async def test_same_matrix_in_another_file_is_unchanged(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01"))
    again = await load(engine, a_file(tmp_path, "2021-02-01", end=""))
    assert again.counts == {"unchanged": 6}
    assert await records(engine) == 6


async def test_changed_cell_holds_from_its_day_on_and_the_others_are_unchanged(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01"))
    later = await load(engine, a_file(tmp_path, "2021-02-08", with_cell("FJI", "AFG", "3-99")))
    assert later.counts == {"superseded": 1, "unchanged": 5}
    assert await imposed(engine, "FJI", "AFG", "2021-02-07") == ("total", ["1", "20"])
    assert await imposed(engine, "FJI", "AFG", "2021-02-08") == ("no_restriction", [])


async def test_older_snapshot_loaded_later_leaves_the_newer_days_as_they_are(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, a_file(tmp_path, "2021-02-08", with_cell("FJI", "AFG", "3-99")))
    await load(engine, a_file(tmp_path, "2021-02-01"))
    assert await imposed(engine, "FJI", "AFG", "2021-02-01") == ("total", ["1", "20"])
    assert await imposed(engine, "FJI", "AFG", "2021-02-07") == ("total", ["1", "20"])
    assert await imposed(engine, "FJI", "AFG", "2021-02-08") == ("no_restriction", [])


async def test_older_snapshot_does_not_outweigh_a_newer_one_that_changed_nothing(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01"))
    await load(engine, a_file(tmp_path, "2021-02-15"))
    await load(engine, a_file(tmp_path, "2021-02-08", with_cell("FJI", "AFG", "3-99")))
    days = ("2021-02-07", "2021-02-08", "2021-02-14", "2021-02-15")
    levels = [found and found[0] for found in [await imposed(engine, "FJI", "AFG", on) for on in days]]
    assert levels == ["total", "no_restriction", "no_restriction", "total"]


async def test_corrected_snapshot_of_the_same_day_replaces_the_first(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01"))
    await load(engine, a_file(tmp_path, "2021-02-01", with_cell("FJI", "AFG", "1-22")))
    assert await imposed(engine, "FJI", "AFG", "2021-02-01") == ("partial", ["22"])


async def test_country_imposes_nothing_on_itself(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01", with_cell("FJI", "FJI", "rubbish")))
    assert await imposed(engine, "FJI", "FJI", "2021-02-01") is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("7-1", "has no level; it begins with one of 0, 3, 1, 2 and a hyphen, as in '2-1,20'"),
        ("", "has no level; it begins with one of 0, 3, 1, 2 and a hyphen, as in '2-1,20'"),
        (None, "has no level; it begins with one of 0, 3, 1, 2 and a hyphen, as in '2-1,20'"),
        ("1-20,77,78", "has the unknown code 77, 78"),
        ("2-", "has a total restriction without a measure code"),
        ("2", "has a total restriction without a measure code"),
        ("2-99", "has a total restriction with code 99, which means no restriction"),
        ("1-0,20", "has a partial restriction with code 0, which means no restriction"),
        ("3-99,20", "has no restriction, but the measure code 20"),
        ("0-1", "has no restriction, but the measure code 1"),
    ],
)
async def test_cell_without_a_meaning_is_named_with_its_countries(
    shared: AsyncEngine, tmp_path: Path, cell: str | None, reason: str
) -> None:
    complaints = await refusal(shared, a_file(tmp_path, "2021-02-01", with_cell("FRA", "AFG", cell)))
    assert complaints == [f"row 4, FRA on AFG = {str(cell)!r}: {reason}"]


async def test_partial_restriction_may_come_without_a_code(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, a_file(tmp_path, "2021-02-01", with_cell("FRA", "AFG", "1-")))
    assert await imposed(engine, "FRA", "AFG", "2021-02-01") == ("partial", [])


async def test_unknown_country_is_reported_once(shared: AsyncEngine, tmp_path: Path) -> None:
    matrix = {iso3.replace("AFG", "XQX"): cells for iso3, cells in MATRIX.items()}
    complaints = await refusal(shared, a_file(tmp_path, "2021-02-01", matrix | {"ARRIVAL_ISO3": ["XQX", "FJI", "FRA"]}))
    unknown = "is not the alpha-3 code of a country, territory or area"
    assert complaints == [f"row 1, ARRIVAL_ISO3 = 'XQX': {unknown}", f"row 2, imposing country = 'XQX': {unknown}"]


async def test_row_with_too_few_cells_is_not_guessed_at(shared: AsyncEngine, tmp_path: Path) -> None:
    complaints = await refusal(shared, a_file(tmp_path, "2021-02-01", dict(MATRIX) | {"FJI": ["2-1", "0-0"]}))
    assert complaints == ["row 3, FJI = '2 cells': there are 3 columns"]


async def test_partial_loads_the_good_cells(engine: AsyncEngine, tmp_path: Path) -> None:
    path = a_file(tmp_path, "2021-02-01", with_cell("FRA", "AFG", "9-1"))
    loaded = await load(engine, path, partial=True)
    assert (loaded.counts, len(loaded.row_errors)) == ({"added": 5}, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("var RestrictionMatrix = {", "is not a restriction matrix"),
        ("var Other = {};", "is not a restriction matrix"),
        ("<html>not found</html>", "is not a restriction matrix"),
        ("var RestrictionMatrix = [];", "should hold an array for each country"),
        ('var RestrictionMatrix = {"AFG": ["0-0"]};', "ARRIVAL_ISO3 should name its columns"),
        ('var RestrictionMatrix = {"ARRIVAL_ISO3": [1]};', "ARRIVAL_ISO3 should name its columns"),
        ('var RestrictionMatrix = {"ARRIVAL_ISO3": ["AFG", "AFG"]};', "has the column AFG twice"),
        ('var RestrictionMatrix = {"ARRIVAL_ISO3": ["AFG"], "FJI": [], "FJI": []};', "FJI is repeated"),
    ],
)
async def test_file_of_another_form_is_unreadable(shared: AsyncEngine, tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "heatmap_2021-02-01.js"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=reason):
        await load(shared, path)


def test_day_is_that_of_the_name_unless_it_is_given() -> None:
    assert parse_matrix_day(Path("heatmap_2021-02-01.js"), None) == dt.date(2021, 2, 1)
    assert parse_matrix_day(Path("heatmap_2021-02-01.js"), dt.date(2021, 2, 3)) == dt.date(2021, 2, 3)


@pytest.mark.parametrize("name", ["heatmap.js", "heatmap_2021-02-30.js", "2021-02-01_to_2021-02-08.js"])
def test_file_name_without_a_day_requires_the_option(name: str) -> None:
    with pytest.raises(UnreadableFile, match=r"no day in the file name.*use --date"):
        parse_matrix_day(Path(name), None)

"""The files of the basemap: what is loaded of them, how towns are spelled, and letters for every name."""

import csv
import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import create_database
from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.engine import build_engine
from api.imports.basemap import BASEMAP_FILES, read_spellings, strip_loose_marks
from api.imports.errors import UnreadableFile
from api.imports.importer import import_file
from api.imports.seed_data import BASE_FILES, load_seed_data
from api.imports.seed_updates import has_outdated_basemap, update_basemap
from api.settings import get_project_directory
from api.shipped_data import DATA, TOWN_SPELLINGS
from models.tables.basemap_layer import BasemapLake, BasemapLine, BasemapTown
from models.tables.country import Country
from models.tables.imported_file import ImportedFile

TOWNS = DATA / "basemap" / "ne_10m_populated_places.geojson.gz"
GLYPHS = get_project_directory() / "web" / "dist" / "glyphs" / "Noto Sans Regular"
OLD_SPELLINGS = {
    *("Kiev", "Odessa", "Lvov", "Nikolayev", "Chernovtsy", "Uzhgorod", "Zaporizhzhya", "Kirovohrad"),
    *("Rangoon", "Bombay", "Calcutta", "Bangalore", "Loubomo", "Trablous", "Macau", "Chernobyl"),
}


def features(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: list[dict[str, Any]] = json.load(file)["features"]
    return found


async def counted(connection: AsyncConnection, *conditions: Any) -> int:
    return await connection.scalar(select(func.count()).select_from(BasemapTown).where(*conditions)) or 0


async def test_every_town_of_natural_earth_is_there(shipped: AsyncConnection) -> None:
    assert await counted(shipped, BasemapTown.source == "natural_earth") == len(features(TOWNS)) == 7343


async def test_geonames_adds_no_existing_town(shipped: AsyncConnection) -> None:
    geonames = BasemapTown.source == "geonames"
    assert 14_000 < await counted(shipped, geonames) < 16_739
    assert await counted(shipped, BasemapTown.name == "Lviv") == 1


async def test_no_place_of_geonames_is_there_twice(shipped: AsyncConnection) -> None:
    place = (BasemapTown.name, BasemapTown.geometry)
    rows = select(BasemapTown.name).where(BasemapTown.source == "geonames").group_by(*place).having(func.count() > 1)
    assert (await shipped.scalars(rows)).all() == []


@pytest.mark.parametrize("kind", ["region_border", "river", "road", "railway"])
async def test_lines_are_in_pieces_that_an_index_can_find(shipped: AsyncConnection, kind: str) -> None:
    most = select(func.count(), func.max(func.ST_NPoints(BasemapLine.geometry))).where(BasemapLine.kind == kind)
    count, points = (await shipped.execute(most)).one()
    assert (count > 100, points <= 256) == (True, True)


async def test_regions_of_large_countries_are_drawn_from_farther_away(shipped: AsyncConnection) -> None:
    levels = select(BasemapLine.least_zoom).where(BasemapLine.kind == "region_border").distinct()
    assert set(await shipped.scalars(levels)) == {5, 6}


async def test_every_lake_is_there(shipped: AsyncConnection) -> None:
    assert await shipped.scalar(select(func.count()).select_from(BasemapLake)) == 695


async def test_no_town_has_an_old_spelling(shipped: AsyncConnection) -> None:
    found = set(await shipped.scalars(select(BasemapTown.name).where(BasemapTown.least_zoom < 8)))
    # The one in Texas.
    assert found & OLD_SPELLINGS == {"Odessa"}
    assert {"Kyiv", "Odesa", "Kharkiv", "Lviv", "Mykolaiv", "Chernivtsi", "Yangon", "Mumbai", "Kolkata"} <= found


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("Kyiv", ("Kyïv", None, "كييف")),
        ("Moscow", ("Moscou", "Moscú", "موسكو")),
        ("Yangon", (None, "Yangón", "يانغون")),
        ("Beijing", (None, None, "بكين")),
    ],
)
async def test_town_has_other_names_where_they_differ(
    shipped: AsyncConnection, name: str, others: tuple[str | None, ...]
) -> None:
    town = BasemapTown
    rows = select(town.name_fr, town.name_es, town.name_ar).where(town.name == name, town.least_zoom < 6)
    assert (await shipped.execute(rows)).all() == [others]


def test_every_spelling_is_of_one_town_of_the_file() -> None:
    towns = [(town["properties"]["a3"], town["properties"]["name"]) for town in features(TOWNS)]
    assert [key for key in read_spellings(TOWN_SPELLINGS) if towns.count(key) != 1] == []


def test_marks_that_no_letter_has_of_its_own_are_left_out() -> None:
    assert (strip_loose_marks("H̱olon"), strip_loose_marks("Győr"), strip_loose_marks("Türi")) == (
        "Holon",
        "Győr",
        "Türi",
    )


async def test_there_is_a_letter_for_every_name(shipped: AsyncConnection) -> None:
    town, country = BasemapTown, Country
    columns = [town.name, town.name_fr, town.name_es, town.name_ar, BasemapLine.name, BasemapLake.name]
    columns += [country.name, country.display_name, country.name_fr, country.name_es, country.name_ar]
    used = {letter for column in columns for name in await shipped.scalars(select(column)) for letter in name or ""}
    assert {letter for letter in used if ord(letter) not in drawn_letters()} == set()


def drawn_letters() -> set[int]:
    """The letters in the files of glyphs: those of the stacks (3) in a file (1), by their number (1)."""
    files = [path.read_bytes() for path in GLYPHS.glob("*.pbf")]
    stacks = [value for file in files for number, value in members(file) if number == 1]
    glyphs = [value for stack in stacks for number, value in members(stack) if number == 3]
    return {value for glyph in glyphs for number, value in members(glyph) if number == 1}


def members(message: Any) -> Iterator[tuple[int, Any]]:
    """The numbers and values of a message of Protocol Buffers that has only whole numbers and bytes."""
    place = 0
    while place < len(message):
        key, place = whole_number(message, place)
        value, place = whole_number(message, place)
        if key & 7 == 2:
            value, place = message[place : place + value], place + value
        yield key >> 3, value


def whole_number(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while message[place] > 127:
        value, shift, place = value | (message[place] & 127) << shift, shift + 7, place + 1
    return value | message[place] << shift, place + 1


@pytest.fixture
def address(server: str, untouched: str) -> Iterator[str]:
    with create_database(server, template=untouched) as address:
        yield address


@pytest.fixture
async def engine(address: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(address)
    yield engine
    await engine.dispose()


async def test_same_files_again_change_nothing(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        before = await connection.scalar(select(func.max(BasemapTown.id)))
    again = await load_seed_data(engine, files=BASE_FILES)
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.max(BasemapTown.id))) == before
    assert [loaded.name for loaded in again if loaded.previously_loaded_at is None] == []


async def test_database_of_an_older_version_gets_the_layers_at_the_start(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(delete(BasemapTown))
        await connection.execute(text("ALTER TABLE loaded_file DISABLE TRIGGER USER"))
        kinds = [kind for kind, _, _ in BASEMAP_FILES]
        await connection.execute(delete(ImportedFile).where(ImportedFile.kind.in_(kinds)))
    assert await has_outdated_basemap(engine)
    assert len(await update_basemap(engine)) == len(BASEMAP_FILES)
    assert not await has_outdated_basemap(engine)
    async with engine.connect() as connection:
        assert await counted(connection) > 20_000


async def test_database_without_countries_wants_no_layers(own_tables: str) -> None:
    engine = build_engine(own_tables)
    assert await update_basemap(engine) == []
    await engine.dispose()


async def test_file_that_is_no_layer_is_named(engine: AsyncEngine, tmp_path: Path) -> None:
    path = tmp_path / "towns.geojson.gz"
    path.write_bytes(gzip.compress(b'{"type": "FeatureCollection"}'))
    kind, _, load = BASEMAP_FILES[0]
    with pytest.raises(UnreadableFile, match=r"towns\.geojson\.gz is not a GeoJSON file of a layer of the basemap"):
        await import_file(engine, kind, path, load)


@pytest.mark.slow
@pytest.mark.parametrize(
    "described", json.loads((DATA / "MANIFEST.json").read_text())["files"], ids=lambda each: each["file"]
)
def test_manifest_has_each_file_as_it_is(described: dict[str, Any]) -> None:
    content = (DATA / described["file"]).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (described["bytes"], described["sha256"])
    unpacked = gzip.decompress(content) if described["file"].endswith(".gz") else content
    if ".geojson" in described["file"]:
        assert len(json.loads(unpacked)["features"]) == described["rows"]
    else:
        assert len(list(csv.reader(unpacked.decode("utf-8").splitlines()))) == described["rows"] + 1


def test_manifest_names_every_file_of_the_basemap() -> None:
    named = {each["file"] for each in json.loads((DATA / "MANIFEST.json").read_text())["files"]}
    assert {f"basemap/{path.name}" for path in (DATA / "basemap").iterdir()} <= named

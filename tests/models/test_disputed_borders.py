"""Borders and coasts of the countries that are loaded, and which of them are disputed."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from conftest import create_database
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.engine import build_engine
from api.imports.borders import read_disputed_pairs, redraw_outdated_borders
from api.server.lifecycle import migrate_database
from api.shipped_data import DISPUTED_BORDERS
from models.tables.border import Border, CountryPair, replace_borders, select_disputed_pairs
from models.tables.country import Country


async def is_disputed(connection: AsyncConnection, iso3: str, other_iso3: str) -> list[bool]:
    """What the pieces between the two say, each answer once: none where there is no line."""
    rows = select(Border.disputed).where(Border.iso3 == iso3, Border.other_iso3 == other_iso3).distinct()
    return list(await connection.scalars(rows))


async def length_degrees(connection: AsyncConnection, iso3: str, other_iso3: str | None) -> float:
    lines = select(func.coalesce(func.sum(func.ST_Length(Border.geometry)), 0.0))
    return float(await connection.scalar(lines.where(Border.iso3 == iso3, Border.other_iso3 == other_iso3)) or 0)


async def test_every_disputed_pair_of_the_list_has_a_line(shipped: AsyncConnection) -> None:
    drawn = {tuple(pair) for pair in await shipped.execute(select_disputed_pairs())}
    assert drawn == read_disputed_pairs(DISPUTED_BORDERS)


async def test_border_of_serbia_with_kosovo_is_disputed_and_that_with_hungary_is_not(
    shipped: AsyncConnection,
) -> None:
    assert await is_disputed(shipped, "SRB", "XKX") == [True]
    assert await is_disputed(shipped, "HUN", "SRB") == [False]


async def test_france_has_a_coast_and_switzerland_has_none(shipped: AsyncConnection) -> None:
    assert await length_degrees(shipped, "FRA", None) > 20
    assert await length_degrees(shipped, "CHE", None) == 0


async def test_nothing_runs_along_180_degrees_or_through_the_south_pole(shipped: AsyncConnection) -> None:
    across = func.ST_MakeEnvelope(-180, -90, 180, 90, 4326)
    along = func.ST_Length(func.ST_Intersection(Border.geometry, func.ST_ExteriorRing(across)))
    assert list(await shipped.scalars(select(Border.iso3).where(along > 0))) == []


@pytest.mark.parametrize(("iso3", "other_iso3", "degrees"), [("ESH", "MAR", 4.5), ("ESH", "MRT", 14.5)])
async def test_borders_that_two_countries_drew_differently_are_there_once(
    shipped: AsyncConnection, iso3: str, other_iso3: str, degrees: float
) -> None:
    assert await length_degrees(shipped, iso3, other_iso3) == pytest.approx(degrees, abs=0.1)


async def test_area_between_india_pakistan_and_china_that_no_shape_covers_has_no_coast(
    shipped: AsyncConnection,
) -> None:
    around = func.ST_MakeEnvelope(76.9, 35.1, 77.8, 35.6, 4326)
    rows = select(Border.other_iso3, Border.disputed).where(Border.geometry.intersects(around))
    found = (await shipped.execute(rows)).all()
    assert found
    assert all(other_iso3 and disputed for other_iso3, disputed in found)


async def test_country_knows_its_area(shipped: AsyncConnection) -> None:
    area_km2 = await shipped.scalar(select(Country.area_km2).where(Country.iso3 == "CHE"))
    assert area_km2 == pytest.approx(41_300, rel=0.02)


@pytest.mark.parametrize(
    ("iso3", "other_iso3", "constraint"),
    [("FRA", None, "disputed_between_two"), ("FRA", "BEL", "sides_in_order")],
)
async def test_line_that_makes_no_sense_is_refused(
    shipped: AsyncConnection, iso3: str, other_iso3: str | None, constraint: str
) -> None:
    row = {"iso3": iso3, "other_iso3": other_iso3, "disputed": True, "geometry": "SRID=4326;LINESTRING(0 0, 1 1)"}
    with pytest.raises(IntegrityError, match=constraint):
        await shipped.execute(insert(Border).values(**row))


class TestADatabaseFilledByAnOlderVersion:
    """Two neighbours without a line, and a list of our own."""

    @pytest.fixture
    def address(self, server: str) -> Iterator[str]:
        with create_database(server) as address:
            migrate_database(address)
            yield address

    @pytest.fixture
    async def engine(self, address: str) -> AsyncIterator[AsyncEngine]:
        engine = build_engine(address)
        async with engine.begin() as connection:
            await connection.execute(insert(Country), [square("SRB", "RS", 0), square("XKX", "XK", 1)])
        yield engine
        await engine.dispose()

    @pytest.fixture
    def listed(self, tmp_path: Path) -> Path:
        return a_list(tmp_path / "one.csv", "SRB,XKX,,")

    @pytest.fixture
    def listed_later(self, tmp_path: Path) -> Path:
        return a_list(tmp_path / "none.csv")

    async def test_gets_its_borders_at_the_start_and_keeps_them_at_the_next(
        self, engine: AsyncEngine, listed: Path
    ) -> None:
        await redraw_outdated_borders(engine, listed)
        drawn = await pieces(engine)
        assert sorted(drawn.values()) == [("SRB", "", False), ("SRB", "XKX", True), ("XKX", "", False)]
        await redraw_outdated_borders(engine, listed)
        assert await pieces(engine) == drawn

    async def test_rebuilds_borders_when_the_list_has_changed(
        self, engine: AsyncEngine, listed: Path, listed_later: Path
    ) -> None:
        await redraw_outdated_borders(engine, listed)
        await redraw_outdated_borders(engine, listed_later)
        assert ("SRB", "XKX", False) in (await pieces(engine)).values()

    async def test_has_no_line_twice_after_they_were_drawn_twice(self, engine: AsyncEngine) -> None:
        nothing: frozenset[CountryPair] = frozenset()
        for _ in range(2):
            async with engine.begin() as connection:
                await replace_borders(connection, nothing)
        assert len(await pieces(engine)) == 3


def square(iso3: str, iso2: str, west: int) -> dict[str, str]:
    east = west + 1
    shape = f"SRID=4326;MULTIPOLYGON((({west} 0, {east} 0, {east} 1, {west} 1, {west} 0)))"
    point = f"SRID=4326;POINT({west}.5 0.5)"
    return {"iso3": iso3, "iso2": iso2, "name": iso3, "geometry": shape, "label_point": point}


def a_list(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(("iso3,other_iso3,note,source", *rows)), encoding="utf-8")
    return path


async def pieces(engine: AsyncEngine) -> dict[int, tuple[str, str, bool]]:
    """The sides of each piece, by its number, and whether it is disputed."""
    async with engine.connect() as connection:
        rows = await connection.execute(select(Border.id, Border.iso3, Border.other_iso3, Border.disputed))
        return {number: (iso3, other_iso3 or "", disputed) for number, iso3, other_iso3, disputed in rows}

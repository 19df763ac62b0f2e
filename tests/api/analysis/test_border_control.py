"""Internal border controls of Schengen states in 2020 and 2021, and how a crossing between two countries tells them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import create_app_in_transaction
from helpers.factories import day
from helpers.files.register_files import load_register_file, write_file
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.country_measures import load_country_measures
from api.imports.seed_data import DATA
from models.queries.extent import select_country_extent, select_point_extent

FILE = DATA / "schengen_internal_border_control.csv"
HEADER = "indicator,iso3,origin_iso3,level,valid_from,valid_to,record_id,comment\n"
COUNTS = {"all": 401, "air_and_sea": 118, "air": 74, "land": 24, "land_and_air": 18}


@pytest.fixture
async def controls(shipped: AsyncConnection) -> AsyncConnection:
    found = await load_register_file(shipped, FILE, load_country_measures)
    assert (found.row_errors, found.counts) == ([], {"added": 635})
    return shipped


@pytest.fixture
async def real(controls: AsyncConnection) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app_in_transaction(controls)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client
    await app.state.health.database.aclose()


async def control(client: httpx.AsyncClient, from_: str, to: str, on: str) -> dict[str, Any] | None:
    found = await client.get("/crossings", params={"from": from_, "to": to, "datetime": on})
    answer: dict[str, Any] | None = found.raise_for_status().json()["border_control"]
    return answer


async def test_notifications_are_levels_between_two_countries(controls: AsyncConnection) -> None:
    by_level = text(
        "SELECT level, count(*) FROM country_measure WHERE indicator = 'internal_border_control'"
        " AND origin_iso3 IS NOT NULL GROUP BY level"
    )
    assert dict((await controls.execute(by_level)).all()) == COUNTS


@pytest.mark.parametrize(
    ("from_", "to", "on", "level"),
    [
        ("AUT", "DEU", "2020-04-15", "land_and_air"),
        ("DNK", "DEU", "2020-04-15", "all"),
        ("POL", "DEU", "2020-04-15", None),
        ("DEU", "POL", "2020-04-15", "all"),
        ("ESP", "POL", "2020-04-15", "air_and_sea"),
        ("ESP", "PRT", "2020-04-15", "land"),
        ("ESP", "HUN", "2020-04-15", "air"),
        # Controls at land borders were lifted before the notification ended.
        ("AUT", "CZE", "2020-06-04", "land_and_air"),
        ("AUT", "CZE", "2020-06-05", "air"),
        ("POL", "LTU", "2020-06-11", "all"),
        ("POL", "LTU", "2020-06-12", "air_and_sea"),
        ("ITA", "DEU", "2020-06-15", None),
        ("ISL", "FIN", "2021-02-14", "all"),
        ("ISL", "FIN", "2021-02-26", None),
        ("HUN", "AUT", "2019-11-12", "land"),
        ("SRB", "BGR", "2020-04-15", None),
    ],
)
async def test_crossing_includes_border_control_of_the_day(
    real: httpx.AsyncClient, from_: str, to: str, on: str, level: str | None
) -> None:
    found = await control(real, from_, to, on)
    assert (found and found["level"]) == level


async def test_control_includes_days_and_source(real: httpx.AsyncClient) -> None:
    assert await control(real, "DEU", "DNK", "2021-01-01") == {
        "country": "DNK",
        "other_country": "DEU",
        "indicator": "internal_border_control",
        "level": "all",
        "label": "At all borders",
        "valid_from": "2020-11-13",
        "valid_to": "2021-05-11",
        "notifications": "234",
        "comment": "To be determined, but may concern all internal borders",
        "source": "European Commission: notifications of border control at internal borders",
        "source_url": "https://home-affairs.ec.europa.eu/policies/schengen-borders-and-visa/schengen-area/"
        "temporary-reintroduction-border-control_en",
    }


async def test_border_control_changes_no_extent_and_no_level(shipped: AsyncConnection) -> None:
    async def told() -> list[Any]:
        extents = [
            (await shipped.execute(extent(day("04-15")))).one()
            for extent in (select_country_extent, select_point_extent)
        ]
        app = create_app_in_transaction(shipped)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            items = await client.get(
                "/collections/countries/items", params={"datetime": "2020-04-15", "country": "DEU"}
            )
        await app.state.health.database.aclose()
        return [*extents, items.json()["features"]]

    before = await told()
    await load_register_file(shipped, FILE, load_country_measures)
    assert await told() == before


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("DEU,,land", "origin_iso3 = '': is missing"),
        ("DEU,DEU,land", "origin_iso3 = 'DEU': is the same country as iso3: borders lie between two"),
        (
            "DEU,DNK,sea",
            (
                "level = 'sea': is not a code of internal_border_control; "
                "its codes are air, land, air_and_sea, land_and_air, all"
            ),
        ),
    ],
)
async def test_invalid_control_is_named(shipped: AsyncConnection, tmp_path: Path, row: str, complaint: str) -> None:
    path = write_file(tmp_path, f"{HEADER}internal_border_control,{row},2020-04-01,2020-04-30,,\n", "m.csv")
    assert [str(each) for each in (await load_register_file(shipped, path, load_country_measures)).row_errors] == [
        f"row 2, {complaint}"
    ]

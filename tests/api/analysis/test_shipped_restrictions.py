"""Two days of the shipped restrictions, as every way of asking tells them.

On 15 April 2020 the land borders of the United States are closed to people who do not have to cross, and open to
cargo; on 15 March 2022 Ukraine has closed its crossings with Russia, Belarus and a part of Moldova.
"""

import json
import os
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import create_app_in_transaction, roll_back
from helpers.servers.clients import needs
from helpers.servers.service import build_environment, get_address, run_service
from helpers.shipped.restrictions import copy_with_restrictions
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.imports.seed_data import RESTRICTION_FILES, load_seed_data

POINTS = "/collections/points-of-entry/items"
JOINT_MEASURE, WAR = "2020-04-15", "2022-03-15"
AT_EAGLE = "LO-USEGP"
SCRIPT = Path(__file__).parents[2] / "pyqgis/count_on_day.py"


@pytest.fixture(scope="module")
def address(server: str, untouched: str) -> Iterator[str]:
    with copy_with_restrictions(server, untouched) as address:
        yield address


@pytest.fixture(scope="module")
async def engine(address: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(address)
    yield engine
    await engine.dispose()


@pytest.fixture
async def real(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    async with roll_back(engine) as connection:
        app = create_app_in_transaction(connection)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            yield client
        await app.state.health.database.aclose()


async def told(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    found = await client.get(path, params={"f": "json", **query})
    assert found.status_code == 200, found.text
    return found.json()


async def points(client: httpx.AsyncClient, day: str, **query: Any) -> list[dict[str, Any]]:
    found = await told(client, POINTS, datetime=day, limit=10_000, **query)
    return [feature["properties"] for feature in found["features"]]


async def test_66_points_of_the_united_states_borders_are_partly_open(real: httpx.AsyncClient) -> None:
    found = await points(real, JOINT_MEASURE, operational_status="partially_operational")
    assert Counter((each["country"], each["other_country"]) for each in found) == {
        ("USA", "CAN"): 47,
        ("USA", "MEX"): 14,
        ("CAN", "USA"): 5,
    }
    assert {tuple(each["measures"]) for each in found} == {("movement_restricted",)}
    assert {tuple(each["affected_populations"]) for each in found} == {("regular_travellers", "tourists")}
    assert {each["last_assessed"] for each in found} == {"2020-03-21"}
    assert {each["confidence"] for each in found} == {"confirmed"}


async def test_78_points_of_ukraine_are_closed(real: httpx.AsyncClient) -> None:
    found = await points(real, WAR, operational_status="closed")
    assert Counter((each["country"], each["other_country"]) for each in found) == {
        ("UKR", "RUS"): 38,
        ("UKR", "BLR"): 20,
        ("UKR", "MDA"): 20,
    }
    assert {each["last_assessed"] for each in found} == {"2022-02-28"}


async def test_status_of_one_day_holds_on_that_day_alone(real: httpx.AsyncClient) -> None:
    of_ukraine = {"country": "UKR", "poe_type": "land_border_point"}
    counts = {
        day: Counter(each["operational_status"] for each in await points(real, day, **of_ukraine))
        for day in ("2023-05-29", "2023-05-30", "2023-05-31")
    }
    assert counts == {
        "2023-05-29": {"closed": 78, "unknown": 50},
        "2023-05-30": {"closed": 82, "open": 46},
        "2023-05-31": {"closed": 78, "unknown": 50},
    }


@pytest.mark.parametrize(
    ("who", "entry"),
    [
        ({}, "conditional"),
        ({"population": "tourists"}, "no"),
        ({"population": "regular_travellers"}, "no"),
        ({"population": "nationals"}, "yes"),
        ({"nationality": "USA"}, "yes"),
        ({"nationality": "DEU"}, "conditional"),
        ({"population": "migrant_workers"}, "yes"),
        ({"population": "truck_drivers"}, "yes"),
        ({"population": "crew"}, "yes"),
        ({"population": "asylum_seekers"}, "unknown"),
        ({"population": "refugees"}, "unknown"),
    ],
)
async def test_eagle_pass_admits_expected_travellers(real: httpx.AsyncClient, who: dict[str, str], entry: str) -> None:
    found = await nearest(real, JOINT_MEASURE, -100.5, 28.71, within_m=30_000, **who)
    assert {code: each["passable"] for code, each in found.items() if code == AT_EAGLE} == {AT_EAGLE: entry}


async def nearest(client: httpx.AsyncClient, day: str, lon: float, lat: float, **query: Any) -> dict[str, Any]:
    every = "yes,conditional,no,unknown"
    asked = {"datetime": day, "lon": lon, "lat": lat, "passable": every, "limit": 100} | query
    found = await told(client, "/nearest", **asked)
    return {feature["properties"]["code"]: feature["properties"] for feature in found["features"]}


@pytest.mark.parametrize(
    ("population", "answer"),
    [("truck_drivers", "yes"), ("nationals", "yes"), ("tourists", "no"), ("asylum_seekers", "unknown")],
)
async def test_all_66_points_answer_alike(real: httpx.AsyncClient, population: str, answer: str) -> None:
    found = await nearest(real, JOINT_MEASURE, -100, 45, population=population)
    assert Counter(each["passable"] for each in found.values()) == {answer: 66}


async def test_78_points_let_nobody_in_but_nationals(real: httpx.AsyncClient) -> None:
    answers = {
        population: Counter(
            each["passable"]
            for each in (await nearest(real, WAR, 31, 49, within_m=900_000, population=population)).values()
        )
        for population in ("nationals", "refugees", "truck_drivers")
    }
    assert answers == {"nationals": {"yes": 78}, "refugees": {"no": 78}, "truck_drivers": {"no": 78}}


async def entries(client: httpx.AsyncClient, day: str, from_: str, to: str, **who: str) -> Counter[str]:
    found = await told(client, "/crossings", datetime=day, **{"from": from_, "to": to}, **who)
    sides = [feature["properties"]["entry"] for feature in found["features"]]
    return Counter(side["passable"] for side in sides if side.get("operational_status"))


async def test_crossings_into_the_united_states_and_canada(real: httpx.AsyncClient) -> None:
    for who, answer in (
        ({}, "conditional"),
        ({"population": "truck_drivers"}, "yes"),
        ({"population": "tourists"}, "no"),
    ):
        assert await entries(real, JOINT_MEASURE, "CAN", "USA", **who) == {answer: 47}
        assert await entries(real, JOINT_MEASURE, "MEX", "USA", **who) == {answer: 14}
        assert await entries(real, JOINT_MEASURE, "USA", "CAN", **who) == {answer: 5}


async def test_crossings_into_ukraine(real: httpx.AsyncClient) -> None:
    closed = {"RUS": 38, "BLR": 20, "MDA": 20}
    for iso3, number in closed.items():
        assert await entries(real, WAR, iso3, "UKR", population="tourists") == {"no": number}


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (JOINT_MEASURE, {("CAN", "partially_operational"): 5, ("USA", "partially_operational"): 61}),
        (WAR, {("USA", "partially_operational"): 61, ("UKR", "fully_closed"): 78}),
    ],
)
async def test_statistics_count_them(real: httpx.AsyncClient, day: str, counts: dict[tuple[str, str], int]) -> None:
    found = await told(real, "/statistics", datetime=day, group_by="country,status_group")
    rows = ((row["country"], row["status_group"], row["points"]) for row in found["rows"] if row["status_group"])
    assert {(country, group): number for country, group, number in rows} == counts


@pytest.mark.parametrize(
    ("day", "groups"),
    [
        (JOINT_MEASURE, {"fully_closed": 0, "partially_operational": 66, "fully_operational": 0, "unknown": 0}),
        (WAR, {"fully_closed": 78, "partially_operational": 61, "fully_operational": 0, "unknown": 0}),
        ("2023-05-30", {"fully_closed": 82, "partially_operational": 61, "fully_operational": 46, "unknown": 0}),
    ],
)
async def test_report_counts_them(real: httpx.AsyncClient, day: str, groups: dict[str, int]) -> None:
    total = (await told(real, "/reports/points-of-entry", on=day))["figures"]["day"]["total"]
    assert {name: group["points"] for name, group in total["groups"].items()} == groups
    assert total["assessed"] == sum(groups.values())


@needs("qgis.core")
def test_qgis_counts_them(address: str, tmp_path: Path) -> None:
    service, profile = build_environment(str(tmp_path), DATABASE_URL=address), str(tmp_path)
    own = {"QT_QPA_PLATFORM": "offscreen", "QGIS_CUSTOM_CONFIG_PATH": profile, "HOME": profile}
    with run_service(service):
        command = ["/usr/bin/python3", "-B", str(SCRIPT), get_address(service), JOINT_MEASURE, WAR]
        done = subprocess.run(
            command, env=os.environ | own | {"XDG_RUNTIME_DIR": profile}, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == {JOINT_MEASURE: {"partially_operational": 66}, WAR: {"closed": 78, "partially_operational": 61}}


async def test_same_files_again_change_nothing(engine: AsyncEngine) -> None:
    count = text("SELECT (SELECT count(*) FROM restriction), (SELECT count(*) FROM assessment)")
    async with engine.connect() as connection:
        before = (await connection.execute(count)).one()
    again = await load_seed_data(engine, files=RESTRICTION_FILES)
    assert all(each.previously_loaded_at for each in again)
    async with engine.connect() as connection:
        assert (await connection.execute(count)).one() == before

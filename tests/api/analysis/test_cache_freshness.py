"""Two processes on one database, both keeping answers: who was told that news is in finds it in, whomever he asks."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from helpers.offices import sign_in
from helpers.servers.service import PATIENCE_S, Environment, build_environment, get_address, run_service
from helpers.shipped.register import select_codes

from api.database.engine import build_engine

# Each is read four times: thousands of readings, from both processes.
TIMES = 500
STATUSES = ("open", "closed", "closed_for_entry", "commercial_traffic_only")
ASKED = "/collections/points-of-entry/items?country=SRB&datetime=2020-04-15"
TILE = "/collections/points-of-entry/tiles/6/35/23.geojson?datetime=2020-04-15"


@pytest.fixture(scope="module")
async def key(copied: str) -> dict[str, str]:
    engine = build_engine(copied)
    async with engine.begin() as connection:
        headers = await sign_in(connection)
    await engine.dispose()
    return headers


@pytest.fixture(scope="module")
def processes(
    copied: str, key: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Environment, Environment]]:
    assert key
    one, other = (build_environment(str(tmp_path_factory.mktemp("service")), DATABASE_URL=copied) for _ in range(2))
    with run_service(one), run_service(other):
        yield one, other


async def test_cached_responses_are_never_older_than_published_updates(
    processes: tuple[Environment, Environment], key: dict[str, str]
) -> None:
    point = min(select_codes(country_iso3="SRB", poe_type="airport"))
    clients = [httpx.AsyncClient(base_url=get_address(each), timeout=PATIENCE_S) for each in processes]
    stale = []
    for time in range(TIMES):
        status = STATUSES[time % len(STATUSES)]
        row = {"point": point, "assessed_on": "2020-04-15", "operational_status": status, "valid_from": "2020-04-15"}
        posted = await clients[time % 2].post("/submissions", json={"rows": [row]}, headers=key)
        assert posted.status_code == 201, posted.text
        answers = await asyncio.gather(*(client.get(path) for client in clients for path in (ASKED, TILE)))
        stale += [(time, status, found) for answer in answers if (found := _status(answer.json(), point)) != status]
    for client in clients:
        await client.aclose()
    assert stale == []


async def test_responses_are_cached_between_updates(processes: tuple[Environment, Environment]) -> None:
    async with httpx.AsyncClient(base_url=get_address(processes[0]), timeout=PATIENCE_S) as client:
        stamps = {(await client.get(ASKED)).json()["timeStamp"] for _ in range(3)}
    assert len(stamps) == 1


def _status(document: dict[str, Any], point: str) -> Any:
    found = [each for each in document["features"] if each["id"] == point]
    return found[0]["properties"]["operational_status"] if found else None

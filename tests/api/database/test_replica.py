"""More than one machine: a streaming replica answers the public, and nobody is given what is older than what is in."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import httpx
import pytest
from helpers.offices import sign_in
from helpers.servers.replica import build_replica_address, find_sockets, start_replica
from helpers.servers.service import PATIENCE_S, build_environment, get_address, run_service
from helpers.shipped.register import select_codes

from api.database.embedded.cluster import PrivateCluster
from api.database.embedded.server import Server
from api.database.engine import build_engine
from api.server.lifecycle import migrate_database

ASKED = "/collections/points-of-entry/items?country=SRB&datetime=2020-04-15"
TILE = "/collections/points-of-entry/tiles/6/35/23.geojson?datetime=2020-04-15"
STATISTICS = "/statistics?country=SRB&datetime=2020-04-15&group_by=status_group"
COMMERCIAL = "SELECT count(*) FROM restriction WHERE operational_status LIKE 'commercial%'"
POINT = min(select_codes(country_iso3="SRB", poe_type="airport"))


class Machines:
    """A service on a primary and its replica, with an office's key."""

    def __init__(self, service: str, primary: str, replica: Server, key: dict[str, str]) -> None:
        self.service = service
        self.primary = primary
        self.replica = replica
        self.key = key

    async def say(self, status: str) -> httpx.Response:
        row = {"point": POINT, "assessed_on": "2020-04-15", "operational_status": status, "valid_from": "2020-04-15"}
        async with httpx.AsyncClient(base_url=self.service, timeout=PATIENCE_S) as client:
            return await client.post("/submissions", json={"rows": [row]}, headers=self.key)

    async def answer(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.service, timeout=PATIENCE_S) as client:
            return await client.get(path, headers=headers)

    async def status(self, path: str = ASKED) -> Any:
        features = (await self.answer(path)).json()["features"]
        return next(each["properties"]["operational_status"] for each in features if each["id"] == POINT)

    async def on_replica(self, statement: str, *values: Any) -> Any:
        return await _answer_of(str(self.replica.sockets), statement, *values)

    async def on_primary(self, statement: str, *values: Any) -> Any:
        return await _answer_of(find_sockets(self.primary), statement, *values)


async def _answer_of(sockets: str, statement: str, *values: Any) -> Any:
    connection = await asyncpg.connect(host=sockets, port=5432, user="crossings", database="crossings")
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with (
        TemporaryDirectory(prefix="crossings-") as directory,
        PrivateCluster(Path(directory) / "primary").run_server() as primary,
    ):
        migrate_database(primary)
        replica = start_replica(primary, Path(directory) / "replica")
        told = build_environment(
            str(Path(directory) / "service"),
            DATABASE_URL=primary,
            DATABASE_READ_URL=build_replica_address(primary, replica),
        )
        try:
            with run_service(told):
                key = asyncio.run(_key(primary))
                yield Machines(get_address(told), primary, replica, key)
        finally:
            replica.stop()


async def _key(address: str) -> dict[str, str]:
    engine = build_engine(address)
    async with engine.begin() as connection:
        headers = await sign_in(connection)
    await engine.dispose()
    return headers


@pytest.fixture
async def held_back(machines: Machines) -> AsyncIterator[None]:
    """While the replica receives news and does not show it."""
    await machines.on_replica("SELECT pg_wal_replay_pause()")
    yield
    await machines.on_replica("SELECT pg_wal_replay_resume()")


@pytest.fixture
async def renamed(machines: Machines) -> AsyncIterator[str]:
    """The name that a country has on the primary alone, and that no revision tells of: who answers with it is known."""
    rename = "UPDATE country SET display_name = $1 WHERE iso3 = 'SRB'"
    before = await machines.on_primary("SELECT display_name FROM country WHERE iso3 = 'SRB'")
    await machines.on_primary(rename, "Elsewhere")
    yield "Elsewhere"
    await machines.on_primary(rename, before)


@pytest.mark.usefixtures("held_back")
async def test_public_is_answered_by_the_replica(machines: Machines, renamed: str) -> None:
    for path in (f"{ASKED}&limit=76", "/collections/countries/items/SRB?f=json", "/statistics?group_by=country&f=json"):
        answer = await machines.answer(path)
        assert (answer.status_code, "Serbia" in answer.text, renamed in answer.text) == (200, True, False), path


@pytest.mark.usefixtures("held_back")
async def test_office_is_answered_by_the_primary(machines: Machines, renamed: str) -> None:
    answer = await machines.answer(f"{ASKED}&limit=75", machines.key)
    assert (answer.status_code, renamed in answer.text) == (200, True)


@pytest.mark.usefixtures("held_back")
@pytest.mark.parametrize("status", ["closed", "open"])
async def test_update_is_in_every_answer_before_the_replica_has_it(machines: Machines, status: str) -> None:
    assert (await machines.say(status)).status_code == 201
    assert [await machines.status(path) for path in (ASKED, TILE)] == [status, status]
    rows = (await machines.answer(STATISTICS)).json()["rows"]
    assert any(row["status_group"] for row in rows)


async def test_without_the_replica_the_primary_answers(machines: Machines) -> None:
    assert (await machines.say("closed_for_entry")).status_code == 201
    machines.replica.stop()
    try:
        assert await machines.status(f"{ASKED}&limit=77") == "closed_for_entry"
        assert (await machines.answer(f"{STATISTICS}&poe_type=land_border_point")).status_code == 200
    finally:
        with (machines.replica.log.parent / "lock").open("w") as lock:
            machines.replica.start(lock.fileno())


async def test_without_the_primary_the_replica_answers_and_nothing_can_be_written(machines: Machines) -> None:
    assert (await machines.say("commercial_traffic_only")).status_code == 201
    async with asyncio.timeout(PATIENCE_S):
        while not await machines.on_replica(COMMERCIAL):  # noqa: ASYNC110 - only the server knows
            await asyncio.sleep(0.1)
    # All its servers but the first: as when its machine cannot be reached.
    sockets = Path(find_sockets(machines.primary))
    hidden = sockets.with_name(sockets.name + "-away")
    sockets.rename(hidden)  # noqa: ASYNC240 - nobody waits meanwhile
    try:
        await _end_connections(hidden)
        assert await machines.status(f"{ASKED}&limit=78") == "commercial_traffic_only"
        assert (await machines.say("open")).status_code == 503
    finally:
        hidden.rename(sockets)
    assert (await machines.say("open")).status_code == 201


async def _end_connections(sockets: Path) -> None:
    connection = await asyncpg.connect(host=str(sockets), port=5432, user="crossings", database="crossings")
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = 'crossings' AND backend_type = 'client backend'"
    )
    await connection.close()

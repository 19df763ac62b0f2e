"""The private PostgreSQL dies beneath a service: it is started again, and nothing that was acknowledged is lost."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx
import pytest
from helpers.offices import build_bearer
from helpers.servers.private_server import (
    build_private_address,
    fetch_private_value,
    kill_postmaster,
    limit_file_size,
    list_postmasters,
    read_postmaster,
)
from helpers.servers.service import PATIENCE_S, Environment, build_environment, get_address, run_command, run_service

COUNTRIES = ("AUS", "IND", "USA")
# Larger than its control file; a segment of the log that it writes ahead has 16 MB.
SMALL_BYTES = 100_000


@dataclass
class Service:
    """A service that runs, with an office and its points."""

    environment: Environment
    key: str
    points: list[str]
    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: dict[str, int] = field(default_factory=dict)

    @property
    def directory(self) -> str:
        return self.environment["CROSSINGS_DATA_DIR"]

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=get_address(self.environment), timeout=PATIENCE_S)

    async def status(self, path: str) -> int:
        async with self.client() as client:
            return (await client.get(path)).status_code

    async def until(self, path: str, status: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.status(path) != status:  # noqa: ASYNC110 - in another process
                await asyncio.sleep(0.05)

    async def read(self) -> None:
        """Ask for something else each time, so that no answer is kept."""
        async with self.client() as client:
            for number in itertools.count(1):
                day = f"2020-{number % 12 + 1:02}-{number % 28 + 1:02}"
                asked = {"country": "AUS", "datetime": day, "limit": number % 90 + 1}
                response = await client.get("/collections/points-of-entry/items", params=asked)
                self.statuses[response.status_code] += 1

    async def post(self, word: str, comment: str = "") -> None:
        """Post updates, each until it is acknowledged."""
        async with self.client() as client:
            for number in itertools.count(1):
                key = f"{word} {number}"
                day = {"assessed_on": "2020-05-01", "operational_status": "closed", "comment": f"{key}{comment}"}
                body = {"rows": [{"point": point} | day for point in self.points[:20]]}
                while key not in self.acknowledged:
                    headers = build_bearer(self.key) | {"Idempotency-Key": key}
                    response = await client.post("/submissions", json=body, headers=headers)
                    self.statuses[response.status_code] += 1
                    if response.is_success:
                        self.acknowledged[key] = response.json()["id"]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with TemporaryDirectory(prefix="crossings-") as directory:
        told = build_environment(directory, CROSSINGS_HEAL_TIMEOUT_S="1")
        with run_service(told, Path(directory) / "service.log"):
            asked = {"country": ",".join(COUNTRIES), "limit": "1000"}
            found = httpx.get(
                f"{get_address(told)}/collections/points-of-entry/items", params=asked, timeout=PATIENCE_S
            )
            countries = [word for iso3 in COUNTRIES for word in ("--country", iso3)]
            assert run_command(told, "office", "add", "three", "--name", "Three", *countries).returncode == 0
            key = run_command(told, "key", "issue", "three", "--role", "office").stdout.split()[-1]
            yield Service(told, key, [feature["id"] for feature in found.json()["features"]])


@pytest.fixture(scope="module")
def other(service: Service) -> Iterator[Service]:
    """A service on the same server, which for this one is somebody else's."""
    with TemporaryDirectory(prefix="crossings-") as directory:
        told = build_environment(directory, DATABASE_URL=build_private_address(service.directory))
        with run_service(told, Path(directory) / "service.log"):
            yield Service(told, service.key, service.points)


@asynccontextmanager
async def used(service: Service, word: str, comment: str = "") -> AsyncIterator[None]:
    """The service, while some read and post."""
    service.statuses.clear()
    service.acknowledged.clear()
    async with asyncio.TaskGroup() as group:
        working = [group.create_task(work) for work in (service.read(), service.read(), service.post(word, comment))]
        yield
        for task in working:
            task.cancel()


async def until_more_is_acknowledged(service: Service) -> None:
    before = len(service.acknowledged)
    async with asyncio.timeout(PATIENCE_S):
        while len(service.acknowledged) < before + 3:  # noqa: ASYNC110 - by requests of several tasks
            await asyncio.sleep(0.02)


async def is_in_once(service: Service, word: str, directory: str) -> bool:
    """Whether all that was acknowledged is in, under the number that was told, and nothing twice."""
    connection = await asyncpg.connect(build_private_address(directory))
    rows = await connection.fetch(
        "SELECT idempotency_key AS key, id FROM submission WHERE idempotency_key LIKE $1", f"{word} %"
    )
    await connection.close()
    stored = {row["key"]: row["id"] for row in rows}
    return len(rows) == len(stored) and service.acknowledged.items() <= stored.items()


async def test_postgresql_killed_again_and_again_comes_back_with_all_that_was_acknowledged(service: Service) -> None:
    async with used(service, "killed"):
        for _ in range(4):
            await until_more_is_acknowledged(service)
            kill_postmaster(service.directory)
            await until_more_is_acknowledged(service)
    assert set(service.statuses) <= {200, 201, 503}
    assert await is_in_once(service, "killed", service.directory)
    assert len(list_postmasters(service.directory)) == 1


async def test_connections_to_a_server_that_died_are_not_used_again(service: Service) -> None:
    async with service.client() as client:
        path = "/collections/points-of-entry/items?country=AUS&limit=3&datetime=2019-01-{:02}"
        await asyncio.gather(*(client.get(path.format(day)) for day in range(1, 20)))
        killed = read_postmaster(service.directory)
        kill_postmaster(service.directory)
        await until_another_runs(service.directory, killed)
        await service.until("/health/ready", 200)
        again = await asyncio.gather(*(client.get(path.replace("19-01", "19-02").format(day)) for day in range(1, 20)))
    assert [response.status_code for response in again] == [200] * 19


async def until_another_runs(directory: str, killed: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while list_postmasters(directory) in ([], [str(killed)]):  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.05)


async def test_server_that_could_not_write_comes_back_when_it_can(service: Service) -> None:
    async with used(service, "full"):
        await until_more_is_acknowledged(service)
        limit_file_size(service.directory, SMALL_BYTES)
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await write_ahead_of_a_whole_file(service)
        with suppress(FileNotFoundError):  # it may have ended by then
            limit_file_size(service.directory, None)
        await until_more_is_acknowledged(service)
    assert set(service.statuses) <= {200, 201, 503}
    assert await is_in_once(service, "full", service.directory)


async def write_ahead_of_a_whole_file(service: Service) -> None:
    """Fill the log that is written ahead, and nothing else, up to the end of its next file."""
    for _ in range(330):
        await fetch_private_value(
            service.directory, "SELECT length(pg_logical_emit_message(true, 'x', repeat('x', 99999))::text)"
        )


async def test_service_is_not_alive_while_the_server_cannot_start(service: Service) -> None:
    with not_to_be_started(service.directory):
        kill_postmaster(service.directory)
        await service.until("/health/live", 503)
        async with service.client() as client:
            answer = (await client.get("/health/live")).json()
        assert (answer["status"], "PostgreSQL has been away" in answer["detail"]) == ("failing", True)
        assert service.directory not in answer["detail"]
        assert await service.status("/health/ready") == 503
    await service.until("/health/live", 200)
    await service.until("/health/ready", 200)


@contextmanager
def not_to_be_started(directory: str) -> Iterator[None]:
    """The server cannot be started again inside the block, as when its disk is away."""
    control = Path(directory) / "postgresql/global/pg_control"
    hidden = control.rename(control.with_name("hidden"))
    try:
        yield
    finally:
        hidden.rename(control)


@pytest.mark.parametrize("comment", ["", "x" * 6000])
async def test_service_heals_when_the_server_of_its_operator_was_restarted(
    service: Service, other: Service, comment: str
) -> None:
    """Also where a process of its own answers, as it does to large posts."""
    word = f"restarted {len(comment)}"
    async with used(other, word, comment):
        for _ in range(2):
            await until_more_is_acknowledged(other)
            kill_postmaster(service.directory)
            await until_more_is_acknowledged(other)
    assert set(other.statuses) <= {200, 201, 503}
    assert await is_in_once(other, word, service.directory)


async def test_service_whose_operators_server_was_away_is_alive_and_heals(service: Service, other: Service) -> None:
    async with used(other, "away"):
        await until_more_is_acknowledged(other)
        with not_to_be_started(service.directory):
            kill_postmaster(service.directory)
            await other.until("/health/ready", 503)
            await service.until("/health/live", 503)
            assert await other.status("/health/live") == 200
        await until_more_is_acknowledged(other)
    assert set(other.statuses) <= {200, 201, 503}
    assert await is_in_once(other, "away", service.directory)

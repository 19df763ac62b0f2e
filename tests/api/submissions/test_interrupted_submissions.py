"""A machine that fails in the middle of a weekly update: nothing is half done, and sending it again completes it once.

The update is held where it writes restrictions, by a lock that the test takes, so that it dies there and nowhere else.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from helpers.servers.service import PATIENCE_S, Environment, build_environment, get_address, run_command, run_service
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.engine import build_engine

COUNTRIES = ("AUS", "BRA", "CAN", "DEU", "FRA", "IND", "USA")
CLOSED = {"assessed_on": "2020-04-16", "operational_status": "closed", "valid_from": "2020-04-10"}
OPENED = {"assessed_on": "2020-04-23", "operational_status": "open", "valid_from": "2020-04-20"}
WRITTEN_TO = ("submission", "submission_row", "restriction", "assessment", "audit_entry", "revision")


@dataclass(frozen=True)
class Sender:
    """An office with its key, and a week of news of all its points."""

    environment: Environment
    key: str
    points: list[str]

    async def post(self, key: str, week: dict[str, str]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key}
        async with httpx.AsyncClient(base_url=get_address(self.environment), timeout=PATIENCE_S) as client:
            rows = [{"point": point} | week for point in self.points]
            return await client.post("/submissions", json={"rows": rows}, headers=headers)


@pytest.fixture(scope="module")
def sender() -> Iterator[Sender]:
    """On a data directory of its own, filled with the shipped register."""
    with TemporaryDirectory(prefix="crossings-") as directory:
        told = build_environment(directory)
        with run_service(told):
            asked = {"country": ",".join(COUNTRIES), "limit": "10000"}
            found = httpx.get(
                f"{get_address(told)}/collections/points-of-entry/items", params=asked, timeout=PATIENCE_S
            )
            countries = [word for iso3 in COUNTRIES for word in ("--country", iso3)]
            assert run_command(told, "office", "add", "seven", "--name", "Seven", *countries).returncode == 0
            key = run_command(told, "key", "issue", "seven", "--role", "office").stdout.split()[-1]
        yield Sender(told, key, [feature["id"] for feature in found.json()["features"]])


@asynccontextmanager
async def connected(sender: Sender) -> AsyncIterator[AsyncConnection]:
    """A connection to the private cluster of the sender's service."""
    sockets = Path(sender.environment["CROSSINGS_DATA_DIR"]) / "socket"
    engine = build_engine(f"postgresql+asyncpg://crossings@/crossings?host={sockets}&port=5432")
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def written(sender: Sender) -> dict[str, int]:
    """How many rows each table has that an update writes to."""
    async with connected(sender) as database:
        return {table: await database.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in WRITTEN_TO}


async def killed_while_writing(sender: Sender, key: str, week: dict[str, str], kill: Callable[[], None]) -> None:
    """Post, and kill while the update waits to write its restrictions, having written its rows."""
    async with connected(sender) as database:
        await database.execute(text("LOCK TABLE restriction IN SHARE MODE"))
        posting = asyncio.create_task(sender.post(key, week))
        await until_it_waits(sender)
        kill()
        with suppress(httpx.TransportError):
            assert not (await posting).is_success
        with suppress(Exception):  # the server of this connection may be dead too
            await database.rollback()


async def until_it_waits(sender: Sender) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'restriction'::regclass")
    async with connected(sender) as database, asyncio.timeout(PATIENCE_S):
        while not await database.scalar(waiting):  # noqa: ASYNC110 - only the server knows
            await asyncio.sleep(0.05)


def kill_postgresql(sender: Sender) -> None:
    """Its first process and all that it made, so that nothing is left to tidy up."""
    directory = Path(sender.environment["CROSSINGS_DATA_DIR"])
    first = int((directory / "postgresql/postmaster.pid").read_text().split()[0])
    children = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=True).stdout.split()
    for process in (first, *map(int, children)):
        os.kill(process, signal.SIGKILL)


async def test_repeat_after_a_killed_service_applies_once(sender: Sender) -> None:
    with run_service(sender.environment) as process:
        before = await written(sender)
        await killed_while_writing(sender, "service", CLOSED, process.kill)
        process.communicate()
        with run_service(sender.environment):
            assert await written(sender) == before
            await sent_twice_is_done_once(sender, "service", CLOSED)


async def test_repeat_after_a_killed_postgresql_applies_once(sender: Sender) -> None:
    with run_service(sender.environment):
        before = await written(sender)
        await killed_while_writing(sender, "postgresql", OPENED, lambda: kill_postgresql(sender))
    with run_service(sender.environment):
        assert await written(sender) == before
        await sent_twice_is_done_once(sender, "postgresql", OPENED)


async def sent_twice_is_done_once(sender: Sender, key: str, week: dict[str, str]) -> None:
    before = await written(sender)
    first, second = await sender.post(key, week), await sender.post(key, week)
    counts = first.json()["counts"]
    assert (first.status_code, counts["added"] + counts["superseded"]) == (201, len(sender.points))
    assert told(second) == told(first)
    after = await written(sender)
    assert after["submission"] == before["submission"] + 1
    assert after["assessment"] == before["assessment"] + len(sender.points)


def told(response: httpx.Response) -> Any:
    return response.json()["id"], response.json()["counts"], response.json()["rows"]

"""100,000 features as a file: the worker stays small, and a client that goes away leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from helpers.many_records import A_WEEK_OF_EVERY_POINT
from helpers.servers.service import PATIENCE_S, Environment, build_environment, get_address, run_service
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.engine import build_engine
from api.formats.registry import DOWNLOAD_FORMATS

COUNT = 100_000
GROWTH_MB = 50
RESTRICTIONS = "/collections/restrictions/items"


@pytest.fixture(scope="module")
async def filled(copied: str) -> str:
    engine = build_engine(copied)
    async with engine.begin() as database:
        await database.execute(text("SET LOCAL plan_cache_mode = auto"))
        await database.execute(A_WEEK_OF_EVERY_POINT)
    await engine.dispose()
    return copied


@pytest.fixture(scope="module")
def service(filled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Environment, int]]:
    """The environment of a service on that database, and its process."""
    told = build_environment(str(tmp_path_factory.mktemp("data")), DATABASE_URL=filled)
    with run_service(told) as process:
        yield told, process.pid


@pytest.fixture
async def watching(filled: str) -> AsyncIterator[AsyncConnection]:
    engine = build_engine(filled)
    async with engine.connect() as connection:
        yield (await connection.execution_options(isolation_level="AUTOCOMMIT"))
    await engine.dispose()


def memory_mb(process: int, what: str = "VmRSS") -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) / 1024


@pytest.mark.parametrize("form", [form.name for form in DOWNLOAD_FORMATS])
def test_worker_stays_small_while_it_streams(service: tuple[Environment, int], form: str) -> None:
    told, process = service
    url = f"{get_address(told)}{RESTRICTIONS}"
    httpx.get(url, params={"f": form, "limit": "10"}, timeout=PATIENCE_S)
    Path(f"/proc/{process}/clear_refs").write_text("5")  # from here on the peak is counted anew
    before = memory_mb(process)
    with httpx.stream("GET", url, params={"f": form}, timeout=PATIENCE_S) as response:
        assert response.headers["ogc-numbermatched"] == str(COUNT)
        size = sum(len(part) for part in response.iter_raw())
    assert response.status_code == 200
    assert size > COUNT * 3
    assert memory_mb(process, "VmHWM") - before < GROWTH_MB


@pytest.mark.parametrize("form", ["geojson", "csv", "gpkg"])
async def test_client_that_goes_away_gives_its_connection_back(
    service: tuple[Environment, int], watching: AsyncConnection, form: str
) -> None:
    url = f"{get_address(service[0])}{RESTRICTIONS}"
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
        asking = asyncio.create_task(begun(client, url, form))
        await until(watching, at_work=True)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    # Before, it waited for its client.
    await until(watching, at_work=False)


async def begun(client: httpx.AsyncClient, url: str, form: str) -> None:
    """Take the beginning of the file, and no more of it; of one that was not asked for before, and so is not kept."""
    async with client.stream("GET", url, params={"f": form, "sortby": "-record"}) as response:
        async for _ in response.aiter_raw(1000):
            await asyncio.sleep(PATIENCE_S)


async def until(watching: AsyncConnection, *, at_work: bool) -> None:
    """Until some connection of the service is, or none is, in the middle of a transaction."""
    busy = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND state <> 'idle' AND query LIKE '%restriction%'"
    )
    async with asyncio.timeout(PATIENCE_S):
        while bool(await watching.scalar(busy)) != at_work:  # noqa: ASYNC110 - only the server knows
            await asyncio.sleep(0.02)

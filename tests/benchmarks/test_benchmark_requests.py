"""What is measured is what it is called: the same question for each server, and the statement behind it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.engine import build_engine
from api.main import create_app
from benchmarks.data.places import DAY, Places, Sizes, find_places
from benchmarks.peers.shared_schema import FUNCTION, LEAN_FUNCTION, SCHEMA, VIEW, create_schema
from benchmarks.peers.tipg import NAME as TIPG
from benchmarks.requests.mixed_paths import draw_mixed_paths
from benchmarks.requests.queries import BenchmarkQuery, build_queries
from benchmarks.servers.testbed import run_in_database
from benchmarks.statements.bare_sql import find_statement, time_statement

POINTS = "/collections/points-of-entry/items"
ASKED = Places("ETH", ["DZA", "EGY"], (0.0, 40.0, 10.0, 50.0), (4, 9, 7), (4, 8, 5), (8, 133, 90), "OA-2104")


@pytest.fixture(scope="module")
def shared(copied: str) -> str:
    """Address of a database with what peers read."""
    run_in_database(copied, lambda connection: create_schema(connection, DAY))
    return copied


@pytest.fixture
async def engine(shared: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(shared)
    yield engine
    await engine.dispose()


@pytest.fixture
async def service(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(engine)), base_url="http://test") as client:
        yield client


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        yield connection


@pytest.mark.parametrize("source", [f"{FUNCTION}('{DAY}')", VIEW, f"{LEAN_FUNCTION}('{DAY}')"])
async def test_peers_find_the_points_that_we_answer_with(
    service: httpx.AsyncClient, connection: AsyncConnection, source: str
) -> None:
    theirs = await connection.scalars(text(f"SELECT id FROM {SCHEMA}.{source} WHERE country = 'ETH' ORDER BY id"))
    ours = (await service.get(f"{POINTS}?country=ETH&datetime={DAY}&limit=1000")).json()["features"]
    assert list(theirs) == sorted(feature["id"] for feature in ours) != []


async def test_peers_have_each_property_of_our_answer(service: httpx.AsyncClient, connection: AsyncConnection) -> None:
    columns = set((await connection.execute(text(f"SELECT * FROM {SCHEMA}.{VIEW} LIMIT 0"))).keys())
    [feature] = (await service.get(f"{POINTS}?country=ETH&datetime={DAY}&limit=1")).json()["features"]
    assert columns == {*feature["properties"], "id", "geometry"}


@pytest.mark.parametrize("question", build_queries(ASKED), ids=lambda question: question.name)
async def test_service_answers_each_query(service: httpx.AsyncClient, question: BenchmarkQuery) -> None:
    answer = await service.get(question.ours)
    assert (answer.status_code, bool(answer.content)) == (200, True)


def test_only_the_geojson_tile_has_no_peer() -> None:
    assert [question.name for question in build_queries(ASKED) if question.path(TIPG) is None] == ["GeoJSON tile, full"]


async def test_chosen_places_have_the_wanted_number_of_points(
    service: httpx.AsyncClient, connection: AsyncConnection
) -> None:
    asked = await find_places(connection, Sizes(country=42, box=500, tile=300))
    box = ",".join(str(degrees) for degrees in asked.box)
    for place, wanted in ((f"country={asked.country}", 42), (f"bbox={box}", 500)):
        found = (await service.get(f"{POINTS}?{place}&datetime={DAY}&limit=1")).json()["numberMatched"]
        assert found == pytest.approx(wanted, abs=3)


async def test_mixed_paths_are_the_same_each_time_and_all_are_answered(
    service: httpx.AsyncClient, connection: AsyncConnection
) -> None:
    paths = await draw_mixed_paths(connection, 30, with_the_world=True)
    assert paths == await draw_mixed_paths(connection, 30, with_the_world=True)
    assert {(await service.get(path)).status_code for path in paths} == {200}


async def test_statement_of_a_request_is_found_and_timed(shared: str) -> None:
    found = await find_statement(shared, f"{POINTS}?country=ETH&datetime={DAY}")
    assert DAY in found.values
    run = await time_statement(shared, found, 0, 2)
    assert 0 < run.p50_ms <= run.p99_ms

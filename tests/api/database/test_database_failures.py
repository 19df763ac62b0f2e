"""Failures of the database, made for real, and how each is answered."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from helpers.http import POINTS
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from api import exception_handlers as errors
from api.concurrency.rate_limited_log import RateLimitedLog
from api.database.engine import build_engine
from api.database.errors import SQLSTATE_FAILURES, find_failure
from api.main import create_app

PROBLEM = "application/problem+json"
Fail = Callable[[AsyncEngine], Awaitable[object]]


@pytest.fixture(scope="module")
async def engine(own_tables: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(own_tables)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE failing (id int PRIMARY KEY, value int)"))
        await connection.execute(text("INSERT INTO failing VALUES (1, 1), (2, 2)"))
    yield engine
    await engine.dispose()


@pytest.fixture(autouse=True)
def own_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test is kept from its line in the log by the one before."""
    monkeypatch.setattr(errors, "overloads", RateLimitedLog(errors.log, interval_s=3600))


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def run(engine: AsyncEngine, *statements: str) -> None:
    """All in one transaction."""
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


def failing(*statements: str) -> Fail:
    return lambda engine: run(engine, *statements)


def raised_as(code: str) -> Fail:
    """An error that PostgreSQL raises with this code because it is told to."""
    return failing(f"DO $$ BEGIN RAISE EXCEPTION 'made for a test' USING ERRCODE = '{code}'; END $$")


async def met_a_lock(engine: AsyncEngine) -> None:
    async with engine.begin() as holding:
        await holding.execute(text("LOCK TABLE failing IN ACCESS EXCLUSIVE MODE"))
        await run(engine, "SET LOCAL lock_timeout = '20ms'", "SELECT * FROM failing")


async def found_no_connection(engine: AsyncEngine) -> None:
    small = create_async_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    try:
        async with small.connect():
            await run(small, "SELECT 1")
    finally:
        await small.dispose()


async def waited_for_each_other(engine: AsyncEngine) -> None:
    async def update(connection: AsyncConnection, number: int) -> None:
        await connection.execute(text(f"UPDATE failing SET value = value + 1 WHERE id = {number}"))

    async with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            await connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
        await update(one, 1)
        await update(other, 2)
        outcomes = await asyncio.gather(update(one, 2), update(other, 1), return_exceptions=True)
    raise next(each for each in outcomes if each is not None)


async def read_what_changed(engine: AsyncEngine) -> None:
    async with engine.connect() as one:
        await one.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await one.execute(text("SELECT * FROM failing"))
        await run(engine, "UPDATE failing SET value = 0 WHERE id = 1")
        await one.execute(text("UPDATE failing SET value = 1 WHERE id = 1"))


async def let_the_database_wait(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
        driver: Any = (await connection.get_raw_connection()).driver_connection
        async with asyncio.timeout(30):
            while not driver.is_closed():  # noqa: ASYNC110 - asyncpg tells nobody
                await asyncio.sleep(0.01)
        await connection.execute(text("SELECT 1"))


async def was_ended(engine: AsyncEngine) -> None:
    await run(engine, "SELECT pg_terminate_backend(pg_backend_pid())")


async def lost_the_server(_: AsyncEngine) -> None:
    await run(build_engine("postgresql://x@127.0.0.1:1/x"), "SELECT 1")


async def looked_for_the_host(_: AsyncEngine) -> None:
    await run(build_engine("postgresql://x@nowhere.invalid/x"), "SELECT 1")


async def took_no_answer(_: AsyncEngine) -> None:
    async with asyncio.timeout(0):
        await asyncio.sleep(1)


async def ran_out_of_files(_: AsyncEngine) -> None:
    raise OSError(errno.EMFILE, "Too many open files")


BUSY: dict[str, tuple[Fail, str]] = {
    "no connection in the pool": (found_no_connection, "Busy"),
    "a statement that takes too long": (
        failing("SET LOCAL statement_timeout = '20ms'", "SELECT pg_sleep(30)"),
        "It took too long",
    ),
    "a lock that others hold": (met_a_lock, "Busy"),
    "a deadlock": (waited_for_each_other, "Busy"),
    "a row that changed meanwhile": (read_what_changed, "Busy"),
    "a transaction that did nothing": (let_the_database_wait, "The database is away"),
    "idle in transaction": (raised_as("25P03"), "Busy"),
    "a transaction that takes too long": (raised_as("25P04"), "It took too long"),
    "a database that can only be read": (
        failing("SET TRANSACTION READ ONLY", "UPDATE failing SET value = 1"),
        "The database takes no changes",
    ),
    "too many connections": (raised_as("53300"), "Out of resources"),
    "no disk": (raised_as("53100"), "Out of resources"),
    "no memory": (raised_as("53200"), "Out of resources"),
    "a server that starts": (raised_as("57P03"), "The database is away"),
    "a connection that was ended": (was_ended, "The database is away"),
    "a server that is not there": (lost_the_server, "The database is away"),
    "a host that has no address": (looked_for_the_host, "The database is away"),
    "an answer that does not come": (took_no_answer, "Busy"),
    "no more files": (ran_out_of_files, "Out of resources"),
}


def application(engine: AsyncEngine, fail: Fail) -> FastAPI:
    app = create_app(engine)

    @app.api_route("/failing", methods=["GET", "POST"])
    async def fail_now() -> None:
        await fail(engine)

    return app


@pytest.mark.parametrize(("fail", "title"), BUSY.values(), ids=BUSY)
async def test_overload_returns_503_with_retry_after(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture, fail: Fail, title: str
) -> None:
    async with client_of(application(engine, fail)) as client:
        response = await client.get("/failing?x=1")
    assert (response.status_code, response.headers["content-type"]) == (503, PROBLEM), response.text
    assert response.json()["title"] == title
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert response.headers["cache-control"] == "no-store"
    assert "not the fault of the request" not in response.text
    (line,) = caplog.records
    assert (line.levelno, line.exc_info) == (logging.WARNING, None)


BEYOND = {
    "arguments": failing(f"SELECT concat({', '.join(['1'] * 101)})"),
    "columns": failing(f"SELECT {', '.join(['1'] * 1665)}"),
    "an integer": failing("SELECT 2147483647 + 1"),
    "a day": failing("SELECT date '5874897-12-31' + 1"),
    "a character": raised_as("22021"),
}


@pytest.mark.parametrize("fail", BEYOND.values(), ids=BEYOND)
async def test_request_error_returns_400_with_its_parameters(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture, fail: Fail
) -> None:
    async with client_of(application(engine, fail)) as client:
        response = await client.get(f"/failing?x={'1' * 500}&api_key=secret")
    assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM), response.text
    (error,) = response.json()["errors"]
    assert (error["parameter"], len(error["value"])) == ("x", 101)
    assert "secret" not in response.text
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_failure_without_a_cause_in_the_request_is_a_server_error(engine: AsyncEngine) -> None:
    async with client_of(application(engine, failing("SELECT 2147483647 + 1"))) as client:
        assert (await client.get("/failing")).status_code == 500
        assert (await client.post("/failing")).status_code == 400


@pytest.mark.parametrize("value", [2**40, "\ud800"], ids=["an integer too large", "half a character"])
async def test_value_that_the_driver_cannot_send_is_the_fault_of_the_request(
    engine: AsyncEngine, value: int | str
) -> None:
    kind = "integer" if isinstance(value, int) else "text"
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as raised:
            await connection.execute(text(f"SELECT CAST(:value AS {kind})"), {"value": value})
    failure = find_failure(raised.value)
    assert failure is not None
    assert failure.status == 400


async def test_programming_error_stays_a_server_error(engine: AsyncEngine) -> None:
    async with client_of(application(engine, failing("SELECT nothing FROM nowhere"))) as client:
        response = await client.get("/failing?x=1")
    assert (response.status_code, response.json()["title"]) == (500, "The service failed")


@pytest.mark.parametrize(
    "address",
    [f"{POINTS}?filter=name LIKE '%25a%25'", "/statistics?group_by=country,measure", "/nearest?lon=20&lat=44"],
)
async def test_slow_read_suggests_a_smaller_request(shipped_database: str, address: str) -> None:
    engine = build_engine(shipped_database, server_settings={"statement_timeout": "1"})
    async with client_of(create_app(engine)) as client:
        response = await client.get(address)
    await engine.dispose()
    assert (response.status_code, response.json()["title"]) == (503, "It took too long")
    assert "Ask for less" in response.json()["detail"]
    assert int(response.headers["retry-after"])


async def test_flood_of_overload_is_a_line_in_the_log(engine: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    async with client_of(application(engine, took_no_answer)) as client:
        responses = await asyncio.gather(*(client.get("/failing") for _ in range(50)))
    assert {response.status_code for response in responses} == {503}
    assert len(caplog.records) == 1


def test_rate_limited_log_counts_suppressed_lines(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [100.0]
    log = RateLimitedLog(logging.getLogger("test"), interval_s=10, clock=lambda: now_s[0])
    for kind in ("busy", "busy", "busy", "away"):
        log.write(kind, "GET /")
    now_s[0] += 10
    log.write("busy", "GET /")
    assert [record.getMessage() for record in caplog.records] == [
        "busy: GET /",
        "away: GET /",
        "busy: GET / (2 more since the last such line)",
    ]


async def test_path_of_a_client_cannot_forge_lines_of_the_log(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(engine)

    @app.get("/failing/{rest}")
    async def fail_now() -> None:
        await took_no_answer(engine)

    async with client_of(app) as client:
        await client.get(f"/failing/%0Aforged{'x' * 10_000}")
    (line,) = caplog.records
    assert "\n" not in line.getMessage()
    assert len(line.getMessage()) < 500


async def test_every_503_has_retry_after(engine: AsyncEngine) -> None:
    app = create_app(engine)
    async with client_of(app) as client:
        response = await client.get("/health/ready")
    await app.state.health.database.aclose()
    assert response.status_code == 503
    assert int(response.headers["retry-after"])


def test_error_of_postgresql_is_known_by_the_longest_start_of_its_code() -> None:
    known = asyncpg.StatementTooComplexError, asyncpg.QueryCanceledError, asyncpg.CannotConnectNowError
    assert [find_failure(error("said")) for error in known] == [
        SQLSTATE_FAILURES[code] for code in ("54", "57014", "57P")
    ]

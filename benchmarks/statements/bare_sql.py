"""The bare SQL statement behind a request.

Of the statements that Crossings sends for the path, the one that takes longest is prepared once on each of some
asyncpg connections, with the settings that Crossings' connections have, and run there again and again.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import make_url

from api.database.engine import CONNECTION_SETTINGS, build_engine
from benchmarks.load.wrk_run import Run
from benchmarks.statements.sent_statements import Statement, capture_statements

TRIALS = 3


async def find_statement(address: str, path: str) -> Statement:
    """Found by asking the service on the database at the address."""
    engine = build_engine(address)
    try:
        return await _select_longest(address, await capture_statements(engine, path))
    finally:
        await engine.dispose()


async def time_statement(address: str, statement: Statement, seconds: float, connections: int) -> Run:
    """Each connection runs the statement at least once, however short the time."""
    opened = [await _connect(address, statement) for _ in range(connections)]
    times_s: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_repeat(one, statement, began + seconds, times_s) for one in opened))
    took_s = time.perf_counter() - began
    await asyncio.gather(*(one.close() for one in opened))
    return Run(len(times_s) / took_s, *compute_percentiles_ms(times_s), requests=len(times_s))


def compute_percentiles_ms(times_s: Sequence[float]) -> tuple[float, float]:
    """The middle and the 99th percentile of at least one time."""
    hundredths = statistics.quantiles(times_s, n=100, method="inclusive") if len(times_s) > 1 else list(times_s) * 99
    return 1000 * hundredths[49], 1000 * hundredths[98]


async def _connect(address: str, statement: Statement) -> Any:  # noqa: ANN401 - asyncpg's
    url = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    settings = CONNECTION_SETTINGS | {"plan_cache_mode": statement.plan_cache_mode}
    return await asyncpg.connect(url, server_settings=settings)


async def _select_longest(address: str, sent: Sequence[Statement]) -> Statement:
    """The statement that takes longest, of the best of some trials of each."""
    took_s = [await _measure_best_s(address, each) for each in sent]
    return sent[took_s.index(max(took_s))]


async def _measure_best_s(address: str, statement: Statement) -> float:
    connection = await _connect(address, statement)
    try:
        return min([await _time_s(connection, statement) for _ in range(TRIALS)])
    finally:
        await connection.close()


async def _time_s(connection: Any, statement: Statement) -> float:  # noqa: ANN401
    began = time.perf_counter()
    await connection.fetch(statement.sql, *statement.values)
    return time.perf_counter() - began


async def _repeat(connection: Any, statement: Statement, until: float, times_s: list[float]) -> None:  # noqa: ANN401
    prepared = await connection.prepare(statement.sql)
    while time.perf_counter() < until or not times_s:
        began = time.perf_counter()
        await prepared.fetch(*statement.values)
        times_s.append(time.perf_counter() - began)

"""Large posts pause while others want the processors, and only then."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database import engine_for
from api.large_posts import pace

BUSY, IDLE = 95.0, 55.0
A_WHILE_S = 0.2


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, of which none is waited for."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(pace, "asyncio", SimpleNamespace(sleep=pause))
    return pauses


@pytest.fixture
async def engine(migrated_database: str) -> AsyncIterator[AsyncEngine]:
    engine = engine_for(migrated_database)
    pace.keep_pace(engine)
    yield engine
    await engine.dispose()


def processors_are(percent: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "psutil", SimpleNamespace(cpu_percent=lambda: percent))


async def work(engine: AsyncEngine, statements: int = 1, seconds: float = A_WHILE_S) -> None:
    async with engine.begin() as connection:
        for _ in range(statements):
            await connection.execute(select(func.pg_sleep(seconds)))


async def test_statement_beside_readers_is_followed_by_a_pause_as_long(
    engine: AsyncEngine, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(BUSY, monkeypatch)
    await work(engine)
    assert A_WHILE_S <= sum(paused) <= pace.LONGEST_PAUSE_S


async def test_short_statements_pause_together(
    engine: AsyncEngine, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(BUSY, monkeypatch)
    await work(engine, 4, A_WHILE_S / 4)
    assert len(paused) == 1


async def test_nobody_waits_for_readers_who_are_not_there(
    engine: AsyncEngine, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(IDLE, monkeypatch)
    await work(engine)
    assert paused == []


async def test_waiting_for_another_writer_is_not_waited_for_again(
    engine: AsyncEngine, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(BUSY, monkeypatch)
    await work(engine, 1, 3 * pace.LONGEST_PAUSE_S)
    assert paused == [pace.LONGEST_PAUSE_S]


async def test_pauses_of_one_transaction_are_limited_together(
    engine: AsyncEngine, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(BUSY, monkeypatch)
    monkeypatch.setattr(pace, "PAUSES_S", 3 * A_WHILE_S)
    for posts in (1, 2):
        await work(engine, 5)
        assert sum(paused) == pytest.approx(posts * pace.PAUSES_S)

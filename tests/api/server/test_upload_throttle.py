"""Large posts pause while others want the processors, and only then."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.server.upload_worker import throttle as pace

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
    engine = build_engine(migrated_database)
    pace.throttle_engine(engine)
    yield engine
    await engine.dispose()


class Stopwatch:
    """A clock that goes while statements run, and by what a test says: what they really take hangs on the machine."""

    def __init__(self) -> None:
        self.statement_s = 0.0
        self.now_s = 0.0
        self.is_running = False

    def read(self) -> float:
        """The time, of which a statement has taken its part when it is read at its end."""
        self.now_s += self.statement_s if self.is_running else 0
        self.is_running = not self.is_running
        return self.now_s


@pytest.fixture(autouse=True)
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    stopwatch = Stopwatch()
    monkeypatch.setattr(pace, "perf_counter", stopwatch.read)
    monkeypatch.setattr(pace, "process_time", lambda: 0.0)
    return stopwatch


def processors_are(percent: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "psutil", SimpleNamespace(cpu_percent=lambda: percent))


async def work(engine: AsyncEngine, stopwatch: Stopwatch, statements: int = 1, seconds: float = A_WHILE_S) -> None:
    stopwatch.statement_s = seconds
    async with engine.begin() as connection:
        for _ in range(statements):
            await connection.execute(select(1))


async def test_statement_beside_readers_is_followed_by_a_pause_as_long(
    engine: AsyncEngine, stopwatch: Stopwatch, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(BUSY, monkeypatch)
    await work(engine, stopwatch)
    assert paused == [A_WHILE_S]


async def test_short_statements_pause_together(
    engine: AsyncEngine, stopwatch: Stopwatch, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(BUSY, monkeypatch)
    await work(engine, stopwatch, 4, A_WHILE_S / 4)
    assert len(paused) == 1


async def test_statement_without_readers_has_no_pause(
    engine: AsyncEngine, stopwatch: Stopwatch, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(IDLE, monkeypatch)
    await work(engine, stopwatch)
    assert paused == []


async def test_waiting_for_another_writer_is_not_waited_for_again(
    engine: AsyncEngine, stopwatch: Stopwatch, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(BUSY, monkeypatch)
    await work(engine, stopwatch, 1, 3 * pace.MAX_PAUSE_S)
    assert paused == [pace.MAX_PAUSE_S]


async def test_pauses_of_one_transaction_are_limited_together(
    engine: AsyncEngine, stopwatch: Stopwatch, paused: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    processors_are(BUSY, monkeypatch)
    monkeypatch.setattr(pace, "MAX_TRANSACTION_PAUSE_S", 3 * A_WHILE_S)
    for posts in (1, 2):
        await work(engine, stopwatch, 5)
        assert sum(paused) == pytest.approx(posts * pace.MAX_TRANSACTION_PAUSE_S)

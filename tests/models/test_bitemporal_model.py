"""Random stories of news, told to the database and to a plain Python model; both must answer every day alike."""

import datetime as dt
import itertools
from dataclasses import dataclass, field

import pytest
from helpers.current_status import fetch_status, fetch_status_within
from helpers.factories import add_poe, day, record_status
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.tables.bitemporal import BEGINNING_OF_TIME, END_OF_TIME, Days

START = day("03-01")
DAYS = [START + dt.timedelta(days=number) for number in range(-1, 13)]
STATUSES = ("open", "closed", "partially_operational")


@dataclass
class Model:
    """What was said, in order. The last word about a day that was said by a moment is the answer."""

    said: list[tuple[dt.datetime, dt.date, dt.date, str]] = field(default_factory=list)

    def on(self, the_day: dt.date, as_known_at: dt.datetime) -> str | None:
        words = [status for moment, first, end, status in self.said if moment <= as_known_at and first <= the_day < end]
        return words[-1] if words else None

    def within(self, first: dt.date, last: dt.date, as_known_at: dt.datetime) -> str | None:
        for back in range((last - first).days + 1):
            if status := self.on(last - dt.timedelta(days=back), as_known_at):
                return status
        return None


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[int, int | None, str]]:
    """Some pieces of news: first day, length in days (None: end not known), status."""
    piece = st.tuples(st.integers(0, 10), st.none() | st.integers(1, 6), st.sampled_from(STATUSES))
    return draw(st.lists(piece, min_size=1, max_size=6))


@pytest.fixture(scope="module")
async def engine(bare_engine: AsyncEngine) -> AsyncEngine:
    return bare_engine


SLOW_IS_FINE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def told(database: AsyncConnection, story: list[tuple[int, int | None, str]]) -> tuple[int, Model]:
    point, model = await add_poe(database), Model()
    for number, length, status in story:
        first = START + dt.timedelta(days=number)
        end = first + dt.timedelta(days=length) if length else None
        _, moment = await record_status(database, point, status, first.isoformat(), end.isoformat() if end else None)
        model.said.append((moment, first, end or dt.date.max, status))
    return point, model


@SLOW_IS_FINE
@given(story=stories())
async def test_every_day_is_answered_as_known_at_every_moment(
    engine: AsyncEngine, story: list[tuple[int, int | None, str]]
) -> None:
    async with engine.connect() as database:
        point, model = await told(database, story)
        for moment, the_day in itertools.product((said[0] for said in model.said), DAYS):
            assert await fetch_status(database, point, the_day, moment) == model.on(the_day, moment)
        now = model.said[-1][0]
        for the_day in DAYS:
            assert await fetch_status(database, point, the_day) == model.on(the_day, now)
        await database.rollback()


@SLOW_IS_FINE
@given(story=stories(), first=st.integers(0, 12), length=st.integers(0, 6))
async def test_interval_is_answered_with_the_last_state_within_it(
    engine: AsyncEngine, story: list[tuple[int, int | None, str]], first: int, length: int
) -> None:
    async with engine.connect() as database:
        point, model = await told(database, story)
        begin, now = START + dt.timedelta(days=first), model.said[-1][0]
        end = begin + dt.timedelta(days=length)
        assert await fetch_status_within(database, point, Days(begin, end)) == model.within(begin, end, now)
        assert await fetch_status_within(database, point, Days(BEGINNING_OF_TIME, end)) == model.within(START, end, now)
        far = begin + dt.timedelta(days=60)
        assert await fetch_status_within(database, point, Days(begin, END_OF_TIME)) == model.within(begin, far, now)
        await database.rollback()


@SLOW_IS_FINE
@given(story=stories())
async def test_nothing_recorded_is_ever_changed_but_closed(
    engine: AsyncEngine, story: list[tuple[int, int | None, str]]
) -> None:
    rows = text("SELECT id, valid_during, operational_status, lower(recorded_during) FROM restriction ORDER BY id")
    async with engine.connect() as database:
        point, _ = await told(database, story)
        before = (await database.execute(rows)).all()
        await record_status(database, point, "unknown", START.isoformat())
        after = (await database.execute(rows)).all()
        assert [row for row in after if row in before] == before
        await database.rollback()

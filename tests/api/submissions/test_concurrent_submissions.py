"""Many offices at once: every accepted row ends in a right history, and answers can be requested again."""

import asyncio
import datetime as dt
import json
import random
from collections.abc import AsyncIterator, Iterator

import pytest
from conftest import create_database
from helpers.factories import add_country, add_poe
from helpers.offices import create_key, create_office
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.dependencies import Caller, fetch_caller
from api.database.engine import build_engine
from api.server.lifecycle import migrate_database
from api.submissions.raw_row import RawRow
from api.submissions.rows import RawSubmission
from api.submissions.service import Json, submit
from api.submissions.submission import IncomingSubmission
from models.queries.filters import PointFilter
from models.queries.points import select_points
from models.tables.bitemporal import Days

CLIENTS, ROUNDS, POINTS = 8, 3, 200
START = dt.date(2020, 3, 1)
STATUSES = ("open", "closed", "partially_operational", "closed_for_entry")
Rows = list[dict[str, str]]


@pytest.fixture
def database_of_its_own(server: str) -> Iterator[str]:
    """Yield a database for what is committed."""
    with create_database(server) as address:
        migrate_database(address)
        yield address


@pytest.fixture
async def engine(database_of_its_own: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(database_of_its_own, pool_size=CLIENTS + 2)
    yield engine
    await engine.dispose()


async def callers(engine: AsyncEngine) -> list[Caller]:
    async with engine.begin() as database:
        await add_country(database, "FJI")
        for number in range(POINTS):
            await add_poe(database, f"FJ-{number:03}")
        made = []
        for number in range(CLIENTS):
            code = await create_office(database, f"office-{number}", countries=["FJI"])
            made.append(await fetch_caller(database, (await create_key(database, code)).prefix, START))
    return made


def a_week(chance: random.Random) -> Rows:
    """Post updates of some of the points, about days that overlap with everybody else's."""
    rows = []
    for number in sorted(chance.sample(range(POINTS), POINTS * 3 // 4)):
        first = START + dt.timedelta(days=chance.randrange(30))
        row = {
            "point": f"FJ-{number:03}",
            "operational_status": chance.choice(STATUSES),
            "valid_from": first.isoformat(),
        }
        if chance.random() < 0.5:
            row["valid_until"] = (first + dt.timedelta(days=chance.randrange(10))).isoformat()
        rows.append(row | {"assessed_on": "2020-04-30"})
    return rows


async def post(engine: AsyncEngine, caller: Caller, rows: Rows) -> Json:
    raw = RawSubmission(tuple(RawRow(number, row) for number, row in enumerate(rows, start=2)))
    async with engine.begin() as database:
        incoming = IncomingSubmission(json.dumps(rows).encode(), "application/json")
        return await submit(database, caller, incoming, raw, dt.datetime.now(dt.UTC))


async def statuses(engine: AsyncEngine, on: dt.date, as_known_at: dt.datetime | None = None) -> dict[str, str]:
    async with engine.connect() as database:
        answers = select_points(PointFilter(Days.on(on), as_known_at)).subquery()
        rows = await database.execute(select(answers.c.code, answers.c.operational_status).where(answers.c.assessed))
        return dict(rows.all())


def told(history: list[tuple[dt.datetime, Rows]], on: dt.date, as_known_at: dt.datetime) -> dict[str, str]:
    """Return the status of each point on a day, by the last accepted row that covers the day."""
    words = {}
    for moment, rows in history:
        for row in rows if moment <= as_known_at else []:
            end = row.get("valid_until", "9999-12-31")
            if row["valid_from"] <= on.isoformat() <= end:
                words[row["point"]] = row["operational_status"]
    return words


async def test_eight_offices_writing_the_same_points_at_once_lose_nothing(engine: AsyncEngine) -> None:
    offices = await callers(engine)

    async def one(number: int, caller: Caller) -> list[tuple[dt.datetime, Rows]]:
        chance = random.Random(number)
        accepted = []
        for _ in range(ROUNDS):
            rows = a_week(chance)
            answer = await post(engine, caller, rows)
            assert answer["counts"]["rejected"] == 0
            accepted.append((dt.datetime.fromisoformat(answer["recorded_at"]), rows))
        return accepted

    accepted = await asyncio.gather(*(one(number, caller) for number, caller in enumerate(offices)))
    history = sorted((entry for entries in accepted for entry in entries), key=lambda entry: entry[0])
    assert len({moment for moment, _ in history}) == CLIENTS * ROUNDS
    now = history[-1][0]
    for back in range(0, 45, 4):
        on = START + dt.timedelta(days=back)
        assert await statuses(engine, on) == told(history, on, now)
        for moment, _ in history[::9]:
            assert await statuses(engine, on, moment) == told(history, on, moment)

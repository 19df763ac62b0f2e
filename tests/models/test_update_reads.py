"""News reads what is believed, and nothing more however often something else was."""

import pytest
from helpers.factories import day, fetch_source_id, record_status
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.restrictions import RestrictionUpdate, record_restrictions
from models.tables.point_of_entry import PointOfEntry
from models.tables.revision import begin_revision

TIMES = 30
LOOKED_UP = text("""
    SELECT sum(pg_stat_get_xact_tuples_fetched(indexrelid))::integer FROM pg_index
    WHERE indrelid = 'restriction'::regclass
""")


@pytest.mark.parametrize(("status", "becomes"), [("open", "unchanged"), ("closed", "superseded")])
async def test_update_does_not_read_superseded_records(counted: AsyncConnection, status: str, becomes: str) -> None:
    point = await with_a_past(counted)
    before = await looked_up(counted)
    outcome, _ = await record_status(counted, point, status, "06-01")
    assert outcome.outcome == becomes
    assert await looked_up(counted) - before < TIMES / 3


async def with_a_past(counted: AsyncConnection) -> int:
    """One of many points of which something else was said again and again, of the same days; "open" is the last."""
    points = (await counted.scalars(select(PointOfEntry.id).limit(200))).all()
    source = await fetch_source_id(counted)
    for time in range(TIMES):
        status = "open" if time % 2 else "closed"
        news = [RestrictionUpdate(point, day("06-01"), None, status, source) for point in points]
        await record_restrictions(counted, news, await begin_revision(counted, "test"))
    await counted.execute(text("ANALYZE restriction"))
    return points[0]


async def looked_up(counted: AsyncConnection) -> int:
    """How many restrictions this transaction has looked up by an index."""
    return await counted.scalar(LOOKED_UP) or 0

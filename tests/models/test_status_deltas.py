"""Points by status kept as steps: whatever is told in whatever order, they add up to what is believed."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from helpers.factories import add_poe, day, record_status
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

# What is believed at each moment about each day, and what the steps add up to, where the two are not the same.
DIFFERENCES = text("""
    WITH asked AS (
        SELECT day::date, recorded_at AS moment
        FROM revision, generate_series(date '2020-02-28', date '2020-03-20', interval '1 day') day
    ), believed AS (
        SELECT day, moment, iso3, poe_type, status_group, count(*) AS points
        FROM asked
        JOIN restriction r ON r.valid_during @> day AND r.recorded_during @> moment
        JOIN point_of_entry_version v ON v.point_of_entry_id = r.point_of_entry_id
             AND v.lifecycle = 'active' AND v.valid_during @> day AND v.recorded_during @> moment
        GROUP BY 1, 2, 3, 4, 5
    ), summed AS (
        SELECT a.day, moment, iso3, poe_type, status_group, sum(points) AS points
        FROM asked a JOIN status_step s ON s.day <= a.day AND s.recorded_at <= moment
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(points) <> 0
    )
    SELECT * FROM believed FULL JOIN summed USING (day, moment, iso3, poe_type, status_group)
    WHERE believed.points IS DISTINCT FROM summed.points
""")
Told = tuple[str, int, dict[str, Any]]
CODES = ("FJ-A", "FJ-B")
STATUSES = ("open", "closed", "closed_for_exit")

SLOW_IS_FINE = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
firsts = st.integers(1, 12)
news = st.tuples(st.just("news"), firsts, st.fixed_dictionaries({
    "status": st.sampled_from(STATUSES), "length": st.none() | st.integers(1, 6),
}))  # fmt: skip
entries = st.tuples(st.just("entry"), firsts, st.fixed_dictionaries({
    "poe_type": st.sampled_from(("airport", "land_border_point", "internal_transit_point")),
    "lifecycle": st.sampled_from(("active", "retired")), "iso3": st.sampled_from(("FJI", "TON")),
}))  # fmt: skip
stories = st.lists(st.tuples(st.sampled_from(CODES), news | entries), min_size=1, max_size=8)


@pytest.fixture(scope="module")
async def engine(bare_engine: AsyncEngine) -> AsyncEngine:
    return bare_engine


async def tell(database: AsyncConnection, code: str, told: Told, known: dict[str, int]) -> None:
    kind, number, said = told
    first = day("03-01") + dt.timedelta(days=number)
    if code not in known:
        known[code] = await add_poe(database, code)
    if kind == "entry":
        await add_poe(database, code, changes_from=first, **said)
    else:
        end = first + dt.timedelta(days=said["length"]) if said["length"] else None
        await record_status(database, known[code], said["status"], first.isoformat(), end and end.isoformat())


@SLOW_IS_FINE
@given(story=stories)
async def test_steps_add_up_to_what_was_believed_at_every_moment_about_every_day(
    engine: AsyncEngine, story: Sequence[tuple[str, Told]]
) -> None:
    async with engine.connect() as database:
        known: dict[str, int] = {}
        for code, told in story:
            await tell(database, code, told, known)
        assert (await database.execute(DIFFERENCES)).all() == []
        await database.rollback()


async def test_step_that_is_missing_would_be_noticed(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await database.execute(text("ALTER TABLE restriction DISABLE TRIGGER restriction_steps_statuses_on_insert"))
    await record_status(database, point, "closed", "03-01")
    assert (await database.execute(DIFFERENCES)).all()


async def test_update_of_many_points_is_a_delta_for_each_country_type_and_status(database: AsyncConnection) -> None:
    points = [await add_poe(database, f"FJ-{number}") for number in range(5)]
    for point in points:
        await record_status(database, point, "closed", "03-01")
    steps = text("SELECT iso3, poe_type, status_group, sum(points) FROM status_step GROUP BY 1, 2, 3")
    assert (await database.execute(steps)).all() == [("FJI", "airport", "fully_closed", 5)]


async def test_records_closed_at_recording_are_in_the_deltas(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await database.execute(
        text("""
            INSERT INTO restriction (point_of_entry_id, operational_status, source_id, valid_during, recorded_during)
            SELECT :point, 'closed', min(s.id), daterange('2020-03-01', NULL),
                   tstzrange(max(r.recorded_at), max(r.recorded_at) + interval '1 microsecond')
            FROM source s, revision r
        """),
        {"point": point},
    )
    await record_status(database, point, "open", "03-05")
    assert (await database.execute(DIFFERENCES)).all() == []

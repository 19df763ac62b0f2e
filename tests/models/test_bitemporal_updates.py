"""The two rules of time (design, section 2), on the real database."""

import datetime as dt

import pytest
from helpers.current_status import fetch_status, fetch_status_within
from helpers.factories import add_poe, day, record_status
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bitemporal_update import ContradictoryUpdates
from models.recording.restrictions import MeasureRow, RestrictionUpdate, record_restrictions
from models.tables.bitemporal import BEGINNING_OF_TIME, END_OF_TIME, Days
from models.tables.restriction import Restriction, RestrictionMeasure
from models.tables.revision import begin_revision

pytestmark = pytest.mark.smoke


async def test_closed_point_is_closed_from_its_first_day_on(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    assert await fetch_status(database, point, "02-29") is None
    assert await fetch_status(database, point, "03-01") == "closed"
    assert await fetch_status(database, point, "2030-01-01") == "closed"


async def test_update_leaves_earlier_days_unchanged(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    await record_status(database, point, "open", "04-01")
    assert [await fetch_status(database, point, on) for on in ("03-01", "03-31", "04-01")] == [
        "closed",
        "closed",
        "open",
    ]


async def test_last_day_of_a_half_open_record_is_the_day_before_its_end(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "06-01", "07-01")
    assert await fetch_status(database, point, "06-30") == "closed"
    assert await fetch_status(database, point, "07-01") is None


async def test_correction_of_a_middle_week_splits_a_long_record(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    await record_status(database, point, "open", "03-08", "03-15")
    answers = [await fetch_status(database, point, on) for on in ("03-07", "03-08", "03-14", "03-15")]
    assert answers == ["closed", "open", "open", "closed"]
    believed = select(Restriction.id).where(text("upper_inf(recorded_during)"))
    assert len((await database.scalars(believed)).all()) == 3


async def test_answer_before_the_correction_is_unchanged(database: AsyncConnection) -> None:
    point = await add_poe(database)
    _, first = await record_status(database, point, "closed", "03-01")
    _, second = await record_status(database, point, "open", "04-01")
    _, third = await record_status(database, point, "partially_operational", "03-08", "03-15")
    assert await fetch_status(database, point, "03-10", third) == "partially_operational"
    assert await fetch_status(database, point, "03-10", second) == "closed"
    assert await fetch_status(database, point, "04-10", first) == "closed"
    assert await fetch_status(database, point, "04-10", second) == "open"
    assert await fetch_status(database, point, "04-10", first - dt.timedelta(microseconds=1)) is None


async def test_interval_gives_the_last_state_within_it(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01", "03-10")
    await record_status(database, point, "open", "04-01", "05-01")
    assert await fetch_status_within(database, point, Days(day("03-05"), day("03-20"))) == "closed"
    assert await fetch_status_within(database, point, Days(day("03-10"), day("03-31"))) is None
    assert await fetch_status_within(database, point, Days(day("03-05"), END_OF_TIME)) == "open"
    assert await fetch_status_within(database, point, Days(BEGINNING_OF_TIME, day("03-31"))) == "closed"


async def test_repeated_update_changes_nothing(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    outcome, _ = await record_status(database, point, "closed", "04-01", comment="seen again")
    assert (outcome.outcome, outcome.record_id) == ("unchanged", None)


async def test_repeated_update_over_several_records_changes_nothing(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01", "03-10")
    await record_status(database, point, "closed", "03-10", "03-20")
    outcome, _ = await record_status(database, point, "closed", "03-05", "03-15")
    assert outcome.outcome == "unchanged"


async def test_changed_measure_is_an_update_under_an_equal_status(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(
        database, point, "partially_operational", "03-01", measures=[MeasureRow("medical_requirements")]
    )
    again, _ = await record_status(
        database, point, "partially_operational", "03-01", measures=[MeasureRow("mandatory_quarantine")]
    )
    assert again.outcome == "superseded"


async def test_order_of_measures_is_no_change(database: AsyncConnection) -> None:
    point = await add_poe(database)
    both = [
        MeasureRow("medical_requirements"),
        MeasureRow("mandatory_quarantine", affected_populations=("tourists", "nationals")),
    ]
    turned = [
        MeasureRow("mandatory_quarantine", affected_populations=("nationals", "tourists")),
        MeasureRow("medical_requirements"),
    ]
    await record_status(database, point, "partially_operational", "03-01", measures=both)
    again, _ = await record_status(database, point, "partially_operational", "03-01", measures=turned)
    assert again.outcome == "unchanged"


async def test_remainder_of_a_record_keeps_its_measures(database: AsyncConnection) -> None:
    point = await add_poe(database)
    measures = [
        MeasureRow("movement_restricted", direction="entry", affected_populations=("regular_travellers",)),
        MeasureRow("movement_restricted", is_exception=True, nationality_rule="only", nationalities=("FJI",)),
    ]
    await record_status(database, point, "closed_for_entry", "03-01", measures=measures)
    await record_status(database, point, "open", "03-08", "03-15")
    remainders = select(Restriction.id).where(Restriction.remainder_of_id.is_not(None))
    for remainder in (await database.scalars(remainders)).all():
        kept = select(RestrictionMeasure.direction, RestrictionMeasure.nationalities, RestrictionMeasure.is_exception)
        rows = (await database.execute(kept.where(RestrictionMeasure.restriction_id == remainder))).all()
        assert sorted(rows) == [("both", ["FJI"], True), ("entry", [], False)]


async def test_remainder_may_begin_after_the_end_that_was_announced(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01", announced_end=day("03-20"))
    await record_status(database, point, "open", "03-10", "04-10")
    assert await fetch_status(database, point, "04-10") == "closed"


async def test_conflicting_updates_of_one_day_are_refused_together(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    news = [
        RestrictionUpdate(point, day("05-01"), None, "open", source_id=1),
        RestrictionUpdate(point, day("06-01"), None, "closed", source_id=1),
    ]
    with pytest.raises(ContradictoryUpdates) as refused:
        await record_restrictions(database, news, await begin_revision(database, "test"))
    assert refused.value.pairs == [(0, 1)]
    assert await fetch_status(database, point, "05-01") == "closed"


async def test_batch_may_have_several_updates_of_a_point(database: AsyncConnection) -> None:
    point = await add_poe(database)
    _, _ = await record_status(database, point, "unknown", "01-01")
    source = (await database.scalar(select(Restriction.source_id))) or 0
    news = [
        RestrictionUpdate(point, day("03-01"), day("04-01"), "closed", source),
        RestrictionUpdate(point, day("04-01"), None, "open", source),
    ]
    outcomes = await record_restrictions(database, news, await begin_revision(database, "test"))
    assert [outcome.outcome for outcome in outcomes] == ["superseded", "superseded"]
    assert [await fetch_status(database, point, on) for on in ("02-01", "03-15", "04-15")] == [
        "unknown",
        "closed",
        "open",
    ]


async def test_record_times_follow_one_another_even_within_a_transaction(database: AsyncConnection) -> None:
    moments = [await begin_revision(database, "test") for _ in range(5)]
    assert moments == sorted(set(moments))

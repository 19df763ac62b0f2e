"""Changes: updates as published, with the records before them."""

import datetime as dt
from dataclasses import replace
from typing import Any

from helpers.factories import add_poe, day, fetch_source_id, record_status
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from models.queries.change_log import ChangeCursor, ChangeLogFilter, select_change_log
from models.recording.restrictions import RestrictionUpdate, record_restrictions
from models.tables.country import Region, RegionMember
from models.tables.revision import begin_revision

Told = tuple[str, str, str | None, str | None, str | None]


async def changed(database: AsyncConnection, asked: ChangeLogFilter | None = None) -> list[Any]:
    return list((await database.execute(select_change_log(asked or ChangeLogFilter()))).all())


async def told(database: AsyncConnection, asked: ChangeLogFilter | None = None) -> list[Told]:
    """Code, first day, day after the last, status and status before of each change."""
    return [
        (
            row.code,
            row.valid_from.isoformat(),
            row.valid_to and row.valid_to.isoformat(),
            row.operational_status,
            row.status_before,
        )
        for row in await changed(database, asked)
    ]


async def withdraw(database: AsyncConnection, point: int, since: str, until: str | None) -> dt.datetime:
    news = RestrictionUpdate(
        point, day(since), day(until) if until else None, "unknown", await fetch_source_id(database), withdrawn=True
    )
    recorded_at = await begin_revision(database, "withdrawn")
    await record_restrictions(database, [news], recorded_at)
    return recorded_at


async def test_first_update_has_no_status_before(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    assert await told(database) == [("FJ-NAN", "2020-03-01", None, "closed", None)]


async def test_newest_first_each_with_the_status_before(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    await record_status(database, point, "open", "04-01")
    await record_status(database, point, "commercial_traffic_only", "04-15")
    assert [(status, before) for *_, status, before in await told(database)] == [
        ("commercial_traffic_only", "open"),
        ("open", "closed"),
        ("closed", None),
    ]


async def test_remainder_of_a_long_record_is_no_change(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01", "06-01")
    await record_status(database, point, "open", "04-01", "04-08")
    assert await told(database) == [
        ("FJ-NAN", "2020-04-01", "2020-04-08", "open", "closed"),
        ("FJ-NAN", "2020-03-01", "2020-06-01", "closed", None),
    ]


async def test_repeated_update_is_no_change(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    await record_status(database, point, "closed", "03-01")
    assert len(await told(database)) == 1


async def test_status_before_is_that_of_the_first_day(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01", "04-01")
    await record_status(database, point, "open", "04-01", "05-01")
    await record_status(database, point, "closed_for_exit", "03-15", "04-15")
    assert (await told(database))[0] == ("FJ-NAN", "2020-03-15", "2020-04-15", "closed_for_exit", "closed")


async def test_status_before_is_not_that_of_another_point(database: AsyncConnection) -> None:
    first, second = await add_poe(database, "FJ-A"), await add_poe(database, "FJ-B")
    await record_status(database, first, "closed", "03-01")
    await record_status(database, second, "open", "03-01")
    assert (await told(database))[0] == ("FJ-B", "2020-03-01", None, "open", None)


async def test_withdrawn_days_are_a_change_without_a_status(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01", "06-01")
    recorded_at = await withdraw(database, point, "04-01", "05-01")
    newest = (await changed(database))[0]
    assert (newest.withdrawn, newest.recorded_at) == (True, recorded_at)
    assert (await told(database))[0] == ("FJ-NAN", "2020-04-01", "2020-05-01", None, "closed")


async def test_record_replaced_in_full_is_not_withdrawn(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    await record_status(database, point, "open", "03-01")
    assert [row.withdrawn for row in await changed(database)] == [False, False]


async def test_since_a_moment_includes_it(database: AsyncConnection) -> None:
    point = await add_poe(database)
    await record_status(database, point, "closed", "03-01")
    _, second = await record_status(database, point, "open", "04-01")
    assert [row.recorded_at for row in await changed(database, ChangeLogFilter(since=second))] == [second]
    assert not await changed(database, ChangeLogFilter(since=second + dt.timedelta(microseconds=1)))


async def test_by_country(database: AsyncConnection) -> None:
    nadi, horgos = await add_poe(database), await add_poe(database, "RS-HOR", iso3="SRB")
    await record_status(database, nadi, "closed", "03-01")
    await record_status(database, horgos, "closed", "03-01")
    assert [row.code for row in await changed(database, ChangeLogFilter(iso3s=["SRB"]))] == ["RS-HOR"]


async def test_changes_are_filtered_by_region_of_the_day(database: AsyncConnection) -> None:
    nadi = await add_poe(database)
    await database.execute(insert(Region).values(code="pacific", kind="custom", label="Pacific"))
    member = {"region_code": "pacific", "iso3": "FJI", "valid_during": Range(day("04-01"), None)}
    await database.execute(insert(RegionMember).values(**member))
    await record_status(database, nadi, "closed", "03-01", "03-08")
    await record_status(database, nadi, "open", "04-01", "04-08")
    assert [status for *_, status, _ in await told(database, ChangeLogFilter(regions=["pacific"]))] == ["open"]


async def test_proposed_point_is_not_in_the_log(database: AsyncConnection) -> None:
    point = await add_poe(database, lifecycle="proposed")
    await record_status(database, point, "closed", "03-01")
    assert not await changed(database)


async def test_pages_of_any_size_give_each_change_once(database: AsyncConnection) -> None:
    points = [await add_poe(database, f"FJ-{number}") for number in range(3)]
    for month in range(3, 9):
        source, recorded_at = await fetch_source_id(database), await begin_revision(database, "a file")
        status = "closed" if month % 2 else "open"
        news = [RestrictionUpdate(point, dt.date(2020, month, 1), None, status, source) for point in points]
        await record_restrictions(database, news, recorded_at)
    await withdraw(database, points[0], "04-10", "04-20")
    await withdraw(database, points[1], "03-10", "05-20")
    everything = await changed(database)
    assert len(everything) == 18 + 4
    for size in (1, 2, 5, 22, 30):
        assert await by_pages(database, ChangeLogFilter(limit=size)) == everything


async def by_pages(database: AsyncConnection, asked: ChangeLogFilter) -> list[Any]:
    found: list[Any] = []
    while page := await changed(database, asked):
        found += page
        last = page[-1]
        asked = replace(asked, before=ChangeCursor(last.recorded_at, last.id, last.valid_from))
    return found

"""A snapshot has every collection in every form, as of its day, as known at its moment."""

import asyncio
import datetime as dt
import threading
from collections.abc import AsyncIterator

import pytest
from helpers.snapshot import (
    COLLECTIONS,
    Days,
    Register,
    Silent,
    compute_checksum,
    create_memory_store,
    list_item_paths,
    publish_snapshot,
    read_all_objects,
    read_document,
    read_features,
)
from rich.progress import TaskID
from sqlalchemy.ext.asyncio import AsyncEngine

from api.publishing.publish import NothingToPublish

A_MICROSECOND = dt.timedelta(microseconds=1)
DAYS = ("2020-03-31", "2020-04-01", "2020-04-07", "2020-04-08")


@pytest.fixture(scope="module")
async def register(own_tables: str) -> AsyncIterator[Register]:
    async with Register.at(own_tables) as register:
        yield register


@pytest.fixture(scope="module")
async def days(register: Register) -> Days:
    return await Days.published(register, DAYS)


class TestASnapshot:
    async def test_has_every_collection_in_every_form(self, days: Days) -> None:
        folder = days.folder("2020-04-01")
        forms = ("geojson", "fgb", "parquet", "pmtiles")
        named = {f"{folder}/{collection}.{form}" for collection in COLLECTIONS for form in forms}
        others = {f"{folder}/sources.json", days.snapshots["2020-04-01"].item}
        assert set(await days.place.list_sizes(folder)) == named | others

    @pytest.mark.parametrize(("day", "status"), [("2020-03-31", "unknown"), ("2020-04-01", "closed")])
    async def test_is_of_its_day(self, days: Days, day: str, status: str) -> None:
        points = await read_features(days.place, days.folder(day), "points-of-entry")
        assert points["FJ-NAN"]["operational_status"] == status

    @pytest.mark.parametrize(
        ("day", "changed"), [("2020-04-01", {"FJ-NAN"}), ("2020-04-07", {"FJ-NAN"}), ("2020-04-08", set())]
    )
    async def test_has_the_changes_of_its_week(self, days: Days, day: str, changed: set[str]) -> None:
        assert set(await read_features(days.place, days.folder(day), "changes")) == changed

    async def test_without_a_change_has_empty_files_and_no_tiles(self, days: Days) -> None:
        folder = days.folder("2020-03-31")
        written = await days.place.list_sizes(folder)
        assert await read_features(days.place, folder, "changes") == {}
        assert f"{folder}/changes.fgb" in written
        assert f"{folder}/changes.pmtiles" not in written

    async def test_is_as_its_item_says(self, days: Days) -> None:
        snapshot = days.snapshots["2020-04-01"]
        assets = (await read_document(days.place, snapshot.item))["assets"]
        assert len(assets) == len(COLLECTIONS) * 4 + 1
        for name, asset in assets.items():
            content = await days.place.read(f"{snapshot.folder}/{name}")
            assert content is not None
            assert (asset["file:size"], asset["file:checksum"]) == (len(content), compute_checksum(content))

    async def test_of_the_past_has_the_state_known_then(self, register: Register) -> None:
        closed_at = await register.say("FJ-POLE", "closed", "2021-05-01")
        await register.say("FJ-POLE", "open", "2021-05-01")
        place = create_memory_store()
        for known_at, status in ((closed_at, "closed"), (closed_at - A_MICROSECOND, "unknown")):
            folder = (await publish_snapshot(register.engine, place, "2021-05-02", known_at)).snapshot.folder
            points = await read_features(place, folder, "points-of-entry")
            assert points["FJ-POLE"]["operational_status"] == status
        assert len(await list_item_paths(place)) == 2

    async def test_of_before_all_knowledge_is_refused(self, register: Register) -> None:
        place = create_memory_store()
        with pytest.raises(NothingToPublish, match="1999-01-01"):
            await publish_snapshot(register.engine, place, as_known_at=dt.datetime(1999, 1, 1, tzinfo=dt.UTC))
        assert await read_all_objects(place) == {}

    async def test_of_an_empty_database_is_refused(self, bare_engine: AsyncEngine) -> None:
        with pytest.raises(NothingToPublish, match="no data was recorded yet"):
            await publish_snapshot(bare_engine, create_memory_store())

    async def test_excludes_updates_during_publishing(self, register: Register) -> None:
        meanwhile, place = Meanwhile(register), create_memory_store()
        snapshot = (await publish_snapshot(register.engine, place, "2022-01-01", progress=meanwhile)).snapshot
        assert snapshot.as_known_at < meanwhile.recorded_at[0]
        for collection in ("points-of-entry", "restrictions", "changes"):
            assert "closed" not in statuses(await read_features(place, snapshot.folder, collection), "FJ-EAST")
        after = (await publish_snapshot(register.engine, place, "2022-01-01")).snapshot
        assert "closed" in statuses(await read_features(place, after.folder, "restrictions"), "FJ-EAST")


class Meanwhile(Silent):
    """Record an update after the first collection has been written."""

    def __init__(self, register: Register) -> None:
        super().__init__()
        self.register = register
        self.recorded_at: list[dt.datetime] = []

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        super().advance(task_id, advance)
        if not self.recorded_at:
            thread = threading.Thread(target=asyncio.run, args=(self._say(),))
            thread.start()
            thread.join()

    async def _say(self) -> None:
        self.recorded_at.append(await self.register.say("FJ-EAST", "closed", "2022-01-01"))


def statuses(found: dict[object, dict[str, str]], code: str) -> set[str]:
    return {properties["operational_status"] for properties in found.values() if properties["code"] == code}

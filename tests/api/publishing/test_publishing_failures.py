"""Whatever breaks while a snapshot is published, the catalogue names whole ones only."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from helpers.snapshot import (
    NOW,
    Days,
    Register,
    create_memory_store,
    delete_object,
    list_item_paths,
    list_whole_snapshots,
    publish_snapshot,
    read_all_objects,
    read_document,
)

from api.publishing.asset import SnapshotAsset
from api.publishing.object_store import ObjectStore, PublishingError
from api.publishing.publish import put_catalogue, put_snapshot
from api.publishing.snapshot import Snapshot

DAYS = ("2020-04-07", "2020-04-08")


@pytest.fixture(scope="module")
async def register(own_tables: str) -> AsyncIterator[Register]:
    async with Register.at(own_tables) as register:
        yield register


@pytest.fixture(scope="module")
async def days(register: Register) -> Days:
    return await Days.published(register, DAYS)


class Failing(ObjectStore):
    """A place that takes a number of objects and then no more."""

    def __init__(self, place: ObjectStore, takes: int) -> None:
        super().__init__(place.store, place.address)
        self.takes = takes

    async def put(self, path: str, content: bytes | Path, media_type: str, *, max_age_s: int) -> None:
        if not self.takes:
            raise PublishingError("the line is down")
        self.takes -= 1
        await super().put(path, content, media_type, max_age_s=max_age_s)


class TestAFailureInTheMiddle:
    async def test_leaves_whole_snapshots_in_the_catalogue(self, days: Days, tmp_path: Path) -> None:
        """Wherever it breaks: after none of the objects, after one, ... after all but the last."""
        last = days.snapshots["2020-04-08"]
        files = await staged(days.place, last, tmp_path)
        for takes in range(len(files) + 4):
            place = await days.copy()
            for path in await place.list_sizes(last.folder):
                delete_object(place, path)
            await put_catalogue(place, NOW.date())
            before = await list_item_paths(place)
            with pytest.raises(PublishingError, match="the line is down"):
                await put_all(Failing(place, takes), last, files)
            assert set(before) <= set(await list_item_paths(place)) <= set(await list_whole_snapshots(place))
            assert (await read_document(place, "latest.json"))["item"] in await list_whole_snapshots(place)
            assert (len(await list_item_paths(place)) > len(before)) == (takes > len(files) + 1)
            await put_all(place, last, files)
            assert await list_item_paths(place) == await list_whole_snapshots(place)
            assert len(await list_item_paths(place)) == len(DAYS)

    async def test_of_the_first_snapshot_leaves_no_catalogue(self, register: Register) -> None:
        place = create_memory_store()
        with pytest.raises(PublishingError):
            await publish_snapshot(register.engine, Failing(place, 5))
        assert len(await read_all_objects(place)) == 5
        assert await list_item_paths(place) == []
        await publish_snapshot(register.engine, place)
        assert await list_item_paths(place) == await list_whole_snapshots(place)
        assert len(await list_item_paths(place)) == 1


async def staged(place: ObjectStore, snapshot: Snapshot, directory: Path) -> list[SnapshotAsset]:
    """The files of a snapshot that was published, as they were before they were put there."""
    found = []
    for name, asset in (await read_document(place, snapshot.item))["assets"].items():
        (directory / name).write_bytes(await place.read(f"{snapshot.folder}/{name}") or b"")
        found.append(SnapshotAsset.describe(directory / name, asset["title"], asset["type"]))
    return found


async def put_all(place: ObjectStore, snapshot: Snapshot, files: list[SnapshotAsset]) -> None:
    await put_snapshot(place, snapshot, files, NOW)
    await put_catalogue(place, NOW.date())


class Crowded(ObjectStore):
    """A place in which, while the catalogue is written, somebody else's snapshot comes to be."""

    async def put(self, path: str, content: bytes | Path, media_type: str, *, max_age_s: int) -> None:
        if path == "snapshots/collection.json":
            others = Snapshot(dt.date(2020, 1, 1), NOW).item
            await super().put(others, b'{"assets": {}}', media_type, max_age_s=0)
        await super().put(path, content, media_type, max_age_s=max_age_s)


async def test_of_concurrent_publishers_are_both_in_the_catalogue(days: Days) -> None:
    place = await days.copy()
    await put_catalogue(Crowded(place.store, "memory"), NOW.date())
    assert len(await list_item_paths(place)) == len(DAYS) + 1

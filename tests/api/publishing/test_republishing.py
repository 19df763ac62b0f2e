"""Publishing once more: the same is the same, what was published stays, and the newest is pointed to."""

import datetime as dt
from collections.abc import AsyncIterator

import pytest
from helpers.snapshot import (
    COLLECTIONS,
    NOW,
    Days,
    Register,
    create_memory_store,
    delete_object,
    list_item_paths,
    publish_snapshot,
    read_all_objects,
    read_document,
)

from api.publishing import stac
from api.publishing.publish import put_catalogue
from api.publishing.snapshot import Snapshot

A_MICROSECOND = dt.timedelta(microseconds=1)
DAYS = ("2020-04-07", "2020-04-08")


@pytest.fixture(scope="module")
async def register(own_tables: str) -> AsyncIterator[Register]:
    async with Register.at(own_tables) as register:
        yield register


@pytest.fixture(scope="module")
async def days(register: Register) -> Days:
    return await Days.published(register, DAYS)


class TestAgain:
    """Long after, when more is known, of the same days as known at the same moment."""

    @pytest.fixture(autouse=True)
    async def _more_is_known(self, register: Register, days: Days) -> None:
        assert await register.say("FJ-NAN", "open", "2020-04-03") > days.known_at

    async def test_same_day_and_knowledge_are_the_same_bytes_elsewhere(self, register: Register, days: Days) -> None:
        other = create_memory_store()
        snapshot = (await publish_snapshot(register.engine, other, "2020-04-07", days.known_at)).snapshot
        assert snapshot == days.snapshots["2020-04-07"]
        before, again = await read_all_objects(days.place), await read_all_objects(other)
        (item,) = await list_item_paths(other)
        names = [path for path in again if path.startswith(snapshot.folder) and path != item]
        assert len(names) == len(COLLECTIONS) * 4 + 1
        assert [path for path in names if again[path] != before[path]] == []
        assert (await read_document(other, item))["assets"] == (await read_document(days.place, item))["assets"]

    async def test_same_place_is_not_rewritten(self, register: Register, days: Days) -> None:
        place = await days.copy()
        before = await read_all_objects(place)
        again = await publish_snapshot(register.engine, place, "2020-04-07", days.known_at)
        assert (again.snapshot, again.files) == (days.snapshots["2020-04-07"], [])
        assert await read_all_objects(place) == before

    async def test_missing_files_are_restored(self, register: Register, days: Days) -> None:
        place = await days.copy()
        before = await read_all_objects(place)
        for lost in (f"{days.folder('2020-04-07')}/countries.fgb", "catalog.json", "snapshots/collection.json"):
            delete_object(place, lost)
        await publish_snapshot(register.engine, place, "2020-04-07", days.known_at)
        assert await read_all_objects(place) == before

    async def test_empty_item_is_rewritten(self, register: Register, days: Days) -> None:
        place = await days.copy()
        before = await read_all_objects(place)
        await place.put(days.snapshots["2020-04-07"].item, b"", stac.GEOJSON, max_age_s=0)
        await put_catalogue(place, NOW.date())
        assert len(await list_item_paths(place)) == len(DAYS) - 1
        await publish_snapshot(register.engine, place, "2020-04-07", days.known_at)
        assert await read_all_objects(place) == before

    async def test_earlier_snapshots_stay_as_they_are(self, register: Register, days: Days) -> None:
        place = await days.copy()
        before = await read_all_objects(place)
        await publish_snapshot(register.engine, place, "2020-04-09")
        after = await read_all_objects(place)
        assert len(await list_item_paths(place)) == len(DAYS) + 1
        changed = {path for path, content in before.items() if after.get(path) != content}
        assert changed == {"snapshots/collection.json", "latest.json"}

    async def test_other_files_in_the_place_are_left_alone(self, days: Days) -> None:
        place = await days.copy()
        others = {"snapshots/readme.txt": b"x", "snapshots/2020-01-01/2020-01-01.json": b"{}", "index.html": b"y"}
        for path, content in others.items():
            await place.put(path, content, "text/plain", max_age_s=0)
        await put_catalogue(place, NOW.date())
        assert (await read_all_objects(place)).items() >= others.items()
        assert len(await list_item_paths(place)) == len(DAYS)


class TestTheLatest:
    async def test_is_of_the_last_day_that_has_come(self, days: Days) -> None:
        place = await days.copy()
        for today in ("2020-04-09", "2020-04-08", "2020-04-07"):
            await put_catalogue(place, dt.date.fromisoformat(today))
            pointer = await read_document(place, "latest.json")
            last = days.snapshots[max(day for day in DAYS if day <= today)]
            assert (pointer["snapshot"], pointer["item"]) == (last.name, last.item)
            assert pointer["files"].keys() == (await read_document(place, last.item))["assets"].keys()
            assert set(pointer["files"].values()) < set(await read_all_objects(place))

    async def test_of_a_day_is_what_was_known_last(self, days: Days) -> None:
        place = await days.copy()
        known_before = Snapshot(dt.date(2020, 4, 8), days.known_at - A_MICROSECOND)
        content = await place.read(days.snapshots["2020-04-08"].item)
        await place.put(known_before.item, content or b"", stac.GEOJSON, max_age_s=0)
        await put_catalogue(place, NOW.date())
        assert (await read_document(place, "latest.json"))["snapshot"] == days.snapshots["2020-04-08"].name

    async def test_is_not_of_a_day_to_come(self, days: Days) -> None:
        place = await days.copy()
        delete_object(place, "latest.json")
        await put_catalogue(place, dt.date(2020, 4, 6))
        assert "latest.json" not in await read_all_objects(place)

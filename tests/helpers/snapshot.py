"""Publishing in tests, and reading what was published."""

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obstore
from helpers.factories import add_poe, record_status
from obstore.store import MemoryStore
from pmtiles.reader import MemorySource, Reader
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.publishing.object_store import ObjectStore
from api.publishing.publish import PublishResult, publish
from api.publishing.snapshot import Snapshot

Json = dict[str, Any]
COLLECTIONS = ("points-of-entry", "restrictions", "changes", "countries")
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
POINTS = {"FJ-NAN": (177.4, -17.8), "FJ-EAST": (180.0, -16.5), "FJ-POLE": (10.0, 89.9)}


class Silent(Progress):
    def __init__(self) -> None:
        super().__init__(console=Console(quiet=True), disable=True)


def create_memory_store() -> ObjectStore:
    return ObjectStore(MemoryStore(), "memory")


async def publish_snapshot(
    engine: AsyncEngine,
    place: ObjectStore,
    day: str = "2020-04-15",
    as_known_at: dt.datetime | None = None,
    progress: Progress | None = None,
) -> PublishResult:
    return await publish(engine, place, dt.date.fromisoformat(day), as_known_at, NOW, progress or Silent())


@dataclass(frozen=True)
class Register:
    """A few points in a database of their own, in which something may be said of them for good."""

    address: str
    engine: AsyncEngine
    numbers: dict[str, int]

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str) -> AsyncIterator["Register"]:
        """In our empty tables; one of the points is closed from 1 April on."""
        engine = build_engine(address)
        async with engine.begin() as connection:
            numbers = {code: await add_poe(connection, code, *place) for code, place in POINTS.items()}
            await record_status(connection, numbers["FJ-NAN"], "closed", "04-01")
        yield cls(address, engine, numbers)
        await engine.dispose()

    async def say(self, code: str, status: str, since: str) -> dt.datetime:
        """Gives the record time."""
        engine = build_engine(self.address)
        async with engine.begin() as connection:
            _, recorded_at = await record_status(connection, self.numbers[code], status, since)
        await engine.dispose()
        return recorded_at


@dataclass(frozen=True)
class Days:
    """A place with a snapshot of each of several days."""

    place: ObjectStore
    snapshots: dict[str, Snapshot]
    known_at: dt.datetime

    @classmethod
    async def published(cls, register: Register, days: Sequence[str]) -> "Days":
        place = create_memory_store()
        snapshots = {day: (await publish_snapshot(register.engine, place, day)).snapshot for day in days}
        return cls(place, snapshots, snapshots[days[0]].as_known_at)

    def folder(self, day: str) -> str:
        return self.snapshots[day].folder

    async def copy(self) -> ObjectStore:
        """A place with the same in it, which a test may change."""
        place = create_memory_store()
        for path, content in (await read_all_objects(self.place)).items():
            await place.put(path, content, "", max_age_s=0)
        return place


async def read_all_objects(place: ObjectStore) -> dict[str, bytes]:
    """All objects there are, by path."""
    contents = {path: await place.read(path) for path in await place.list_sizes("")}
    return {path: content for path, content in contents.items() if content is not None}


async def read_document(place: ObjectStore, path: str) -> Json:
    content = await place.read(path)
    assert content is not None, path
    found: Json = json.loads(content)
    return found


async def list_item_paths(place: ObjectStore) -> list[str]:
    """The paths of the items that the catalogue names, by way of its links."""
    root = await place.read("catalog.json")
    if root is None:
        return []
    (child,) = list_links(json.loads(root), "child")
    collection = await read_document(place, child)
    return [f"snapshots/{href}" for href in list_links(collection, "item")]


async def list_whole_snapshots(place: ObjectStore) -> list[str]:
    """The paths of the items all of whose files are there and are as the item says, in the order of their names."""
    contents = await read_all_objects(place)
    found = [path for path in contents if path.startswith("snapshots/") and path.count("/") == 2]
    named = [path for path in sorted(found) if path.split("/")[1] + ".json" == path.split("/")[2]]
    return [path for path in named if _is_whole(contents, path)]


def _is_whole(contents: dict[str, bytes], item: str) -> bool:
    assets = json.loads(contents[item])["assets"]
    folder = item.rpartition("/")[0]
    sums = {f"{folder}/{name}": asset["file:checksum"] for name, asset in assets.items()}
    return sums == {path: compute_checksum(contents[path]) for path in sums if path in contents}


def compute_checksum(content: bytes) -> str:
    """As the item has it: which algorithm, how many bytes, and these."""
    return "1220" + hashlib.sha256(content).hexdigest()


def list_links(found: Json, rel: str) -> list[str]:
    return [link["href"].removeprefix("./") for link in found["links"] if link["rel"] == rel]


async def read_features(place: ObjectStore, folder: str, collection: str) -> dict[Any, Json]:
    """The properties of the features of a snapshot's GeoJSON, by id."""
    found = await read_document(place, f"{folder}/{collection}.geojson")
    return {feature["id"]: feature["properties"] for feature in found["features"]}


def open_tiles(content: bytes) -> Reader:
    return Reader(MemorySource(content))


def find_snapshot_folder(directory: Path) -> Path:
    """The folder of the only snapshot in the directory."""
    (folder,) = (each for each in (directory / "snapshots").iterdir() if each.is_dir())
    return folder


def delete_object(place: ObjectStore, path: str) -> None:
    obstore.delete(place.store, path)

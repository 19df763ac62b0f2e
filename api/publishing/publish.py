"""Publishing a snapshot: first its files, then the item that names them, the catalogue last.

After a failure at any step, the catalogue names only complete snapshots, and the next run does the rest.
"""

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.concurrency.temporary import create_temporary_directory
from api.database.as_of import AsOf, resolve_as_of
from api.exceptions import UserError
from api.publishing import stac
from api.publishing.asset import SnapshotAsset
from api.publishing.build import build_assets
from api.publishing.object_store import MINUTE_S, YEAR_S, ObjectStore
from api.publishing.snapshot import FOLDER, Snapshot
from api.responses.example_notice import fetch_example_notice_at
from api.values.datetimes import format_moment
from models.tables.revision import select_latest_revision

LATEST = "latest.json"


class NothingToPublish(UserError):
    """Nothing had been recorded by the requested moment."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The published snapshot and its files; no files if it was published before."""

    snapshot: Snapshot
    files: Sequence[SnapshotAsset]


async def publish(
    engine: AsyncEngine,
    place: ObjectStore,
    day: dt.date,
    as_known_at: dt.datetime | None,
    published_at: dt.datetime,
    progress: Progress,
) -> PublishResult:
    """Publish the day as known at the moment, by default now. Raise NothingKnown or CannotPublish.

    A complete snapshot is left unchanged. Published files are never removed.
    """
    directory = create_temporary_directory()
    try:
        # All files are read in one transaction, despite concurrent writes, and written before the first upload.
        reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with reading.connect() as connection:
            knowledge = await _resolve_knowledge(connection, as_known_at)
            snapshot = Snapshot(day, knowledge.moment)
            is_there = await _is_complete(place, snapshot)
            example = await fetch_example_notice_at(connection, knowledge.as_known_at)
            files = (
                [] if is_there else await build_assets(connection, snapshot, knowledge, directory, progress, example)
            )
        if files:
            await put_snapshot(place, snapshot, files, published_at, example)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    await put_catalogue(place, published_at.date())
    return PublishResult(snapshot, files)


async def _resolve_knowledge(connection: AsyncConnection, as_known_at: dt.datetime | None) -> AsOf:
    if await connection.scalar(select_latest_revision(as_known_at)) is None:
        by_then = f"by {format_moment(as_known_at)}" if as_known_at else "yet"
        raise NothingToPublish(f"nothing to publish: no data was recorded {by_then}")
    return await resolve_as_of(connection, as_known_at)


async def _is_complete(place: ObjectStore, snapshot: Snapshot) -> bool:
    """Check whether the item exists, and all its files have the sizes in the item."""
    # List first: S3 reports a missing bucket for a list, but not for an object.
    sizes = await place.list_sizes(snapshot.folder)
    assets = await _read_assets(place, snapshot)
    named = {f"{snapshot.folder}/{name}": asset["file:size"] for name, asset in assets.items()}
    return bool(named) and named.items() <= sizes.items()


async def _read_assets(place: ObjectStore, snapshot: Snapshot) -> dict[str, Any]:
    """Read the assets of the item; empty if it is missing, or lost its content in a power cut."""
    try:
        assets: dict[str, Any] = json.loads(await place.read(snapshot.item) or b"{}").get("assets", {})
    except ValueError:
        return {}
    return assets


async def put_snapshot(
    place: ObjectStore, snapshot: Snapshot, files: Sequence[SnapshotAsset], published_at: dt.datetime, example: str = ""
) -> None:
    """Put the files, then the item."""
    for file in files:
        await place.put(f"{snapshot.folder}/{file.name}", file.path, file.media_type, max_age_s=YEAR_S)
    item = stac.build_item(snapshot, files, published_at, example)
    await place.put(snapshot.item, _encode_document(item), stac.GEOJSON, max_age_s=YEAR_S)


async def put_catalogue(place: ObjectStore, today: dt.date) -> None:
    """Put the catalogue of the published snapshots.

    It is built from the files in the folder, not from the previous catalogue, and built again if they changed
    meanwhile: of several concurrent publishers, the last one writes a catalogue of all snapshots.
    """
    written: list[Snapshot] = []
    while written != (snapshots := await _list_snapshots(place)):
        await place.put(
            stac.COLLECTION, _encode_document(stac.build_collection(snapshots)), stac.JSON, max_age_s=MINUTE_S
        )
        written = snapshots
    await place.put(stac.CATALOGUE, _encode_document(stac.build_catalogue()), stac.JSON, max_age_s=MINUTE_S)
    await _put_latest(place, [snapshot for snapshot in written if snapshot.day <= today])


async def _put_latest(place: ObjectStore, snapshots: Sequence[Snapshot]) -> None:
    """Put the pointer to the last of the snapshots. The caller omits future days: they would stay the latest."""
    assets = await _read_assets(place, snapshots[-1]) if snapshots else {}
    if assets:
        pointer = stac.build_latest(snapshots[-1], assets)
        await place.put(LATEST, _encode_document(pointer), stac.JSON, max_age_s=MINUTE_S)


async def _list_snapshots(place: ObjectStore) -> list[Snapshot]:
    """List the snapshots with an item, in order of their days; other files are ignored."""
    sizes = await place.list_sizes(FOLDER)
    named = {Snapshot.parse_name(path.split("/")[1]) for path in sizes}
    return sorted(snapshot for snapshot in named if snapshot and sizes.get(snapshot.item))


def _encode_document(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()

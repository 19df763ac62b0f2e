"""Publishing a snapshot: first its files, then the item that names them, the catalogue last.

Whatever breaks in between, the catalogue names whole snapshots only, and the next run does what is left to do.
"""

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.example_notice import example_notice_at
from api.knowledge import Knowledge, knowledge_at
from api.mendable import Mendable
from api.server.temporary import temporary_directory
from api.snapshots import stac
from api.snapshots.place import A_MINUTE_S, A_YEAR_S, Place
from api.snapshots.snapshot import FOLDER, Snapshot
from api.snapshots.staged_file import StagedFile
from api.snapshots.staging import stage
from api.time_parameters import moment_text
from models.revision import latest_revision

LATEST = "latest.json"


class NothingKnown(Mendable):
    """Nothing had been recorded by the moment asked about."""


@dataclass(frozen=True, slots=True)
class Published:
    """What was published, and from how many files; none if it was there already."""

    snapshot: Snapshot
    files: Sequence[StagedFile]


async def publish(
    engine: AsyncEngine,
    place: Place,
    day: dt.date,
    as_known_at: dt.datetime | None,
    published_at: dt.datetime,
    progress: Progress,
) -> Published:
    """Publish the day as known at the moment, or now. Raises NothingKnown, CannotPublish.

    A snapshot that is there whole is left as it is. What was published is never taken away.
    """
    directory = temporary_directory()
    try:
        # All files are of one moment of the database, whoever writes meanwhile, and are there before one is put.
        reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with reading.connect() as connection:
            knowledge = await _knowledge(connection, as_known_at)
            snapshot = Snapshot(day, knowledge.moment)
            is_there = await _is_whole(place, snapshot)
            example = await example_notice_at(connection, knowledge.as_known_at)
            files = [] if is_there else await stage(connection, snapshot, knowledge, directory, progress, example)
        if files:
            await put_snapshot(place, snapshot, files, published_at, example)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    await put_catalogue(place, published_at.date())
    return Published(snapshot, files)


async def _knowledge(connection: AsyncConnection, as_known_at: dt.datetime | None) -> Knowledge:
    if await connection.scalar(latest_revision(as_known_at)) is None:
        by_then = f"by {moment_text(as_known_at)}" if as_known_at else "yet"
        raise NothingKnown(f"there is nothing to publish: nothing was recorded {by_then}")
    return await knowledge_at(connection, as_known_at)


async def _is_whole(place: Place, snapshot: Snapshot) -> bool:
    """Whether the item is there, and all that it names as large as it says."""
    # The list first: S3 says that there is no such bucket when it is asked for that, and not for an object in it.
    sizes = await place.sizes(snapshot.folder)
    assets = await _assets(place, snapshot)
    named = {f"{snapshot.folder}/{name}": asset["file:size"] for name, asset in assets.items()}
    return bool(named) and named.items() <= sizes.items()


async def _assets(place: Place, snapshot: Snapshot) -> dict[str, Any]:
    """What the item names; nothing if there is none, or if it was lost in a power cut and only its name is left."""
    try:
        assets: dict[str, Any] = json.loads(await place.read(snapshot.item) or b"{}").get("assets", {})
    except ValueError:
        return {}
    return assets


async def put_snapshot(
    place: Place, snapshot: Snapshot, files: Sequence[StagedFile], published_at: dt.datetime, example: str = ""
) -> None:
    """The files, and the item when all of them are there."""
    for file in files:
        await place.put(f"{snapshot.folder}/{file.name}", file.path, file.media_type, max_age_s=A_YEAR_S)
    item = stac.item(snapshot, files, published_at, example)
    await place.put(snapshot.item, _text(item), stac.GEOJSON, max_age_s=A_YEAR_S)


async def put_catalogue(place: Place, today: dt.date) -> None:
    """The catalogue of the snapshots that are there.

    It is made from what is there and not from the catalogue before it, and made again if that changed meanwhile: of
    several who publish at the same time, the last to write it names the snapshots of all.
    """
    written: list[Snapshot] = []
    while written != (known := await _snapshots(place)):
        await place.put(stac.COLLECTION, _text(stac.collection(known)), stac.JSON, max_age_s=A_MINUTE_S)
        written = known
    await place.put(stac.CATALOGUE, _text(stac.catalogue()), stac.JSON, max_age_s=A_MINUTE_S)
    await _put_latest(place, [snapshot for snapshot in written if snapshot.day <= today])


async def _put_latest(place: Place, snapshots: Sequence[Snapshot]) -> None:
    """The pointer to the last of the snapshots. Those of days to come are not among them: it would stay with these."""
    assets = await _assets(place, snapshots[-1]) if snapshots else {}
    if assets:
        pointer = stac.latest(snapshots[-1], assets)
        await place.put(LATEST, _text(pointer), stac.JSON, max_age_s=A_MINUTE_S)


async def _snapshots(place: Place) -> list[Snapshot]:
    """Those that have their item, in the order of their days; other files may lie beside them."""
    sizes = await place.sizes(FOLDER)
    named = {Snapshot.named(path.split("/")[1]) for path in sizes}
    return sorted(snapshot for snapshot in named if snapshot and sizes.get(snapshot.item))


def _text(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()

"""Building all files of a snapshot in a directory, from one moment of the database."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import COLLECTIONS, NOTICE
from api.feature_query import FeatureQuery
from api.formats.described import LICENCE, layer_of
from api.formats.layer import Layer
from api.knowledge import Knowledge
from api.settings import settings
from api.snapshots.layer_files import layer_files
from api.snapshots.snapshot import Snapshot
from api.snapshots.staged_file import StagedFile
from api.snapshots.tile_archive import tile_archive
from api.time_parameters import days_text, moment_text
from geo.crs import CRS84
from models.regions import sources

SOURCES = "sources.json"


async def stage(
    connection: AsyncConnection,
    snapshot: Snapshot,
    knowledge: Knowledge,
    directory: Path,
    progress: Progress,
    example: str = "",
) -> list[StagedFile]:
    """Build the files of each collection, with the service's default answer on the day."""
    staged = [await _sources(connection, directory, example)]
    task = progress.add_task(snapshot.name, total=len(COLLECTIONS))
    for query in _queries(snapshot, knowledge):
        layer = _described(query, snapshot, example)
        staged += [file async for file in layer_files(connection, query, layer, directory)]
        tiles = await tile_archive(connection, query, layer, directory, progress)
        staged += [tiles] if tiles else []
        progress.advance(task)
    return staged


def _queries(snapshot: Snapshot, knowledge: Knowledge) -> Iterator[FeatureQuery]:
    for collection in COLLECTIONS.values():
        yield FeatureQuery.of(collection, collection.parameters(), snapshot.day, knowledge.as_known_at)


def _described(query: FeatureQuery, snapshot: Snapshot, example: str) -> Layer:
    """Describe the layer with a link to the file of sources; link the service only if it has a public address."""
    clocks = {"datetime": days_text(query.question.days), "as_known_at": moment_text(snapshot.as_known_at)}
    root = (settings().crossings_public_url or "").rstrip("/")
    layer = layer_of(query, CRS84, clocks, root, example)
    about = layer.about | {"license": LICENCE.format(sources=SOURCES)}
    return replace(layer, about={name: value for name, value in about.items() if root or name != "href"})


async def _sources(connection: AsyncConnection, directory: Path, example: str) -> StagedFile:
    rows = [dict(row) for row in (await connection.execute(sources())).mappings()]
    title = "Sources and licences"
    document = {"title": title, "sources": rows, "notice": f"{example} {NOTICE}" if example else NOTICE}
    path = directory / SOURCES
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return StagedFile.at(path, title, "application/json", role="metadata")

"""Building all files of a snapshot in a directory, from one moment of the database."""

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.layer_metadata import LICENCE, build_layer
from api.collections.query import FeatureQuery
from api.collections.registry import COLLECTIONS, NOTICE
from api.database.as_of import AsOf
from api.features.downloads.feature_stream import FeatureStream
from api.formats.files import iterate_parts, write_file
from api.formats.layer import Layer
from api.formats.registry import FILE_FORMATS
from api.publishing.asset import SnapshotAsset
from api.publishing.pmtiles import write_tile_archive
from api.publishing.snapshot import Snapshot
from api.settings import get_settings
from api.values.datetimes import format_days, format_moment
from geo.crs import CRS84
from models.queries.regions import select_sources

PUBLISHED_FORMATS = tuple(each for each in FILE_FORMATS if each.is_published)


async def write_layer_files(
    connection: AsyncConnection, query: FeatureQuery, layer: Layer, directory: Path
) -> AsyncIterator[SnapshotAsset]:
    """Write each of the files into the directory. Memory stays bounded: features are streamed."""
    for format_ in PUBLISHED_FORMATS:
        result = FeatureStream(connection, query)
        parts = iterate_parts(result.stream_rows(format_.writer.rows), format_, layer)
        written = await write_file(parts, format_, layer)
        path = directory / written.name
        shutil.move(written, path)
        written.parent.rmdir()
        title = f"{layer.title} as {format_.title}"
        yield SnapshotAsset.describe(path, title, format_.media_type, features=result.count)


SOURCES_FILE = "sources.json"


async def build_assets(
    connection: AsyncConnection,
    snapshot: Snapshot,
    knowledge: AsOf,
    directory: Path,
    progress: Progress,
    example: str = "",
) -> list[SnapshotAsset]:
    """Build the files of each collection, with the service's default answer on the day."""
    staged = [await _write_sources(connection, directory, example)]
    task = progress.add_task(snapshot.name, total=len(COLLECTIONS))
    for query in _iterate_queries(snapshot, knowledge):
        layer = _describe_layer(query, snapshot, example)
        staged += [file async for file in write_layer_files(connection, query, layer, directory)]
        tiles = await write_tile_archive(connection, query, layer, directory, progress)
        staged += [tiles] if tiles else []
        progress.advance(task)
    return staged


def _iterate_queries(snapshot: Snapshot, knowledge: AsOf) -> Iterator[FeatureQuery]:
    for collection in COLLECTIONS.values():
        yield FeatureQuery.build(collection, collection.parameters(), snapshot.day, knowledge.as_known_at)


def _describe_layer(query: FeatureQuery, snapshot: Snapshot, example: str) -> Layer:
    """Describe the layer with a link to the file of sources; link the service only if it has a public address."""
    clocks = {"datetime": format_days(query.question.days), "as_known_at": format_moment(snapshot.as_known_at)}
    root = (get_settings().crossings_public_url or "").rstrip("/")
    layer = build_layer(query, CRS84, clocks, root, example)
    about = layer.about | {"license": LICENCE.format(sources=SOURCES_FILE)}
    return replace(layer, about={name: value for name, value in about.items() if root or name != "href"})


async def _write_sources(connection: AsyncConnection, directory: Path, example: str) -> SnapshotAsset:
    rows = [dict(row) for row in (await connection.execute(select_sources())).mappings()]
    title = "Sources and licences"
    document = {"title": title, "sources": rows, "notice": f"{example} {NOTICE}" if example else NOTICE}
    path = directory / SOURCES_FILE
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return SnapshotAsset.describe(path, title, "application/json", role="metadata")

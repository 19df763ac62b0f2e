"""Building all files of a snapshot in a directory, from one moment of the database."""

import gzip
import json
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, tileid_to_zxy, zxy_to_tileid
from pmtiles.writer import Writer
from rich.progress import Progress
from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.layer_metadata import LICENCE, build_layer
from api.collections.query import FeatureQuery
from api.collections.registry import COLLECTIONS, NOTICE, Collection
from api.database.as_of import AsOf
from api.database.prepared_statements import execute
from api.features.downloads.download import FeatureStream
from api.formats.files import iterate_parts, write_file
from api.formats.layer import Layer
from api.formats.registry import FILE_FORMATS
from api.publishing.asset import SnapshotAsset
from api.publishing.snapshot import Snapshot
from api.settings import get_settings
from api.tiles.fields import MAX_CLUSTER_ZOOM, describe_vector_fields
from api.tiles.query import build_tile_query
from api.values.datetimes import format_days, format_moment
from geo.crs import CRS84
from geo.tile_cover import select_tile_cover
from geo.tile_matrix import BUFFER, MERCATOR_LATITUDE
from geo.tile_points import CELL_UNITS, Tile
from models.queries.filters import FeatureFilter, build_cached_statement
from models.queries.pagination import select_rows
from models.queries.regions import select_sources

PMTILES = "application/vnd.pmtiles"
HEADER = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}
# A map overzooms from these levels. A unit of a tile is then 38 m at the equator: most sources locate a point to the
# minute, and the shapes of the countries are no finer.
MAX_POINT_ZOOM = 8
MAX_SHAPE_ZOOM = 6
# Units in an archive's header.
UNITS_PER_DEGREE = 10_000_000


async def write_tile_archive(
    connection: AsyncConnection, query: FeatureQuery, layer: Layer, directory: Path, progress: Progress
) -> SnapshotAsset | None:
    """Write the tiles that are not empty, identical to the service's tiles; None if all are empty.

    An archive cannot be empty, so an empty collection has no archive.
    """
    path = directory / f"{layer.name}.pmtiles"
    with path.open("wb") as file:
        archive = Writer(file)
        async for tile_id, content in _iterate_tiles(connection, query, progress):
            archive.write_tile(tile_id, gzip.compress(content, mtime=0))
        if not archive.addressed_tiles:
            archive.tile_f.close()
            path.unlink()
            return None
        header = HEADER | await _compute_bounds(connection, query)
        archive.finalize(header, _build_metadata(query.collection, layer))
    return SnapshotAsset.describe(path, f"{layer.title} as vector tiles (PMTiles)", PMTILES)


async def _compute_bounds(connection: AsyncConnection, query: FeatureQuery) -> dict[str, int]:
    """Compute the extent of the features, in ten-millionths of a degree; without it GDAL finds nothing.

    Latitudes are cut at the extent of tiles: beyond 85 degrees there is no map.
    """
    statement, values = build_cached_statement(_select_extent, query.question, query.collection.answering)
    west, south, east, north = (await connection.execute(statement, values)).one()
    min_lon, max_lon = _extend_range(west, east)
    min_lat, max_lat = _extend_range(max(south, -MERCATOR_LATITUDE), min(north, MERCATOR_LATITUDE))
    return {"min_lon_e7": min_lon, "min_lat_e7": min_lat, "max_lon_e7": max_lon, "max_lat_e7": max_lat}


def _extend_range(least: float, most: float) -> tuple[int, int]:
    """Return both in ten-millionths of a degree, the least below the most also for a single point.

    The npm package `pmtiles` reports bounds without an extent as an error.
    """
    low, high = round(least * UNITS_PER_DEGREE), round(most * UNITS_PER_DEGREE)
    if low == high:
        low = max(low - 1, -180 * UNITS_PER_DEGREE)
    return low, max(high, low + 1)


def _select_extent(question: FeatureFilter, answering: Any) -> Select[float, float, float, float]:  # noqa: ANN401
    box = func.ST_Extent(select_rows(answering(question)).c.geometry)
    return select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))


async def _iterate_tiles(
    connection: AsyncConnection, query: FeatureQuery, progress: Progress
) -> AsyncIterator[tuple[int, bytes]]:
    """Iterate over number and content of each tile that is not empty, in the order of the archive."""
    # Thousands of tiles use a few statements: planning each one again took longer than executing it.
    await connection.execute(text("SET LOCAL plan_cache_mode = auto"))
    tile_ids = await _list_touched_tiles(connection, query)
    for tile_id in progress.track(tile_ids, description=f"{query.collection.title}: tiles"):
        tile = Tile(*tileid_to_zxy(tile_id))
        content = (await execute(connection, *build_tile_query(query, tile, "mvt", in_order=True))).scalars().first()
        if content:
            yield tile_id, content


async def _list_touched_tiles(connection: AsyncConnection, query: FeatureQuery) -> list[int]:
    """List the numbers of tiles with features, in the archive's order, which keeps near tiles together."""
    tile_ids: list[int] = []
    for zooms, buffer in _iterate_levels(query.collection):
        statement, values = build_cached_statement(
            _select_touched_tiles, query.question, query.collection.answering, zooms, buffer
        )
        tile_ids.extend(zxy_to_tileid(*row) for row in await connection.execute(statement, values))
    return sorted(tile_ids)


def _select_touched_tiles(question: FeatureFilter, answering: Any, zooms: range, buffer: int) -> Select[int, int, int]:  # noqa: ANN401
    return select_tile_cover(select_rows(answering(question)), zooms, buffer)


def _iterate_levels(collection: Collection) -> Iterator[tuple[range, int]]:
    """Iterate over zoom levels with the buffer of their tiles."""
    if collection.geometry != "Point":
        yield range(MAX_SHAPE_ZOOM + 1), BUFFER
        return
    yield range(MAX_CLUSTER_ZOOM + 1), CELL_UNITS
    yield range(MAX_CLUSTER_ZOOM + 1, MAX_POINT_ZOOM + 1), BUFFER


def _build_metadata(collection: Collection, layer: Layer) -> Mapping[str, Any]:
    """Build the metadata of the file, with the names of TileJSON where they exist."""
    attribution = f"{layer.about['attribution']} {layer.about['notice']}"
    vector_layer = {"id": layer.name, "description": layer.description, "fields": describe_vector_fields(collection)}
    described = {"name": layer.title, "description": layer.description, "type": "overlay"}
    return layer.about | described | {"attribution": attribution, "vector_layers": [vector_layer]}


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

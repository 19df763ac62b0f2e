"""Export of a collection to the formats of downloads: the same writers and rows."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from api.feature_query import FeatureQuery
from api.formats.format import FORMATS, Format
from api.formats.found import FeatureStream
from api.formats.geojson_file import stream_geojson
from api.formats.layer import Layer
from api.formats.written_apart import group_rows, write_file
from api.snapshots.staged_file import SnapshotAsset

FORMAT_NAMES = ("geojson", "fgb", "parquet")


async def write_layer_files(
    connection: AsyncConnection, query: FeatureQuery, layer: Layer, directory: Path
) -> AsyncIterator[SnapshotAsset]:
    """Write each of the files into the directory. Memory stays bounded: features are streamed."""
    for form in (FORMATS[name] for name in FORMAT_NAMES):
        result = FeatureStream(connection, query)
        path = directory / f"{layer.name}.{form.suffix}"
        await _write_format(form, result, layer, path)
        yield SnapshotAsset.describe(path, f"{layer.title} as {form.title}", form.media_type, features=result.count)


async def _write_format(form: Format, result: FeatureStream, layer: Layer, path: Path) -> None:
    if form.name == "geojson":
        with path.open("wb") as file:
            async for part in stream_geojson(result.stream_rows("features"), layer):
                file.write(part)
        return
    written = await write_file(group_rows(result.stream_rows("binary")), layer, form.suffix)
    shutil.move(written, path)
    written.parent.rmdir()

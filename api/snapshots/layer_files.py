"""Export of a collection to the formats of downloads: the same writers and rows."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from api.feature_query import FeatureQuery
from api.formats.format import FORMATS, Format
from api.formats.found import Found
from api.formats.geojson_file import geojson_parts
from api.formats.layer import Layer
from api.formats.written_apart import row_parts, write_file
from api.snapshots.staged_file import StagedFile

FORMS = ("geojson", "fgb", "parquet")


async def layer_files(
    connection: AsyncConnection, query: FeatureQuery, layer: Layer, directory: Path
) -> AsyncIterator[StagedFile]:
    """Write each of the files into the directory. Memory stays bounded: features are streamed."""
    for form in (FORMATS[name] for name in FORMS):
        result = Found(connection, query)
        path = directory / f"{layer.name}.{form.suffix}"
        await _write(form, result, layer, path)
        yield StagedFile.at(path, f"{layer.title} as {form.title}", form.media_type, features=result.count)


async def _write(form: Format, result: Found, layer: Layer, path: Path) -> None:
    if form.name == "geojson":
        with path.open("wb") as file:
            async for part in geojson_parts(result.texts("features"), layer):
                file.write(part)
        return
    written = await write_file(row_parts(result.texts("binary")), layer, form.suffix)
    shutil.move(written, path)
    written.parent.rmdir()

"""Features as a file: streamed as they come where the form is text, written apart where it is not."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from api.cursor import written
from api.formats.csv_file import csv_parts
from api.formats.format import Format
from api.formats.found import Found
from api.formats.geojson_file import geojson_parts, jsonfg_parts, sequence_parts
from api.formats.layer import Layer
from api.formats.written_apart import written_apart
from api.parameters import BadParameters
from api.representation import here
from geo.crs import CRS84, Crs

# What has no place to say of which system its numbers are.
ONLY_CRS84 = {"csv", "xlsx", "parquet"}


def refuse_system(form: Format, crs: Crs) -> None:
    """Raises BadParameters where the form cannot say that its geometry is in this system."""
    if form.name in ONLY_CRS84 and crs != CRS84:
        reason = f"{form.title} is given in CRS84 only; GeoPackage, FlatGeobuf and JSON-FG know other systems"
        raise BadParameters([{"parameter": "crs", "value": crs.uri, "reason": reason}])


async def download(
    request: Request, form: Format, found: Found, layer: Layer, headers: dict[str, str], crs: Crs
) -> Response:
    """The file. `headers` are those that every answer of the collection has."""
    named = headers | {"Content-Disposition": f'attachment; filename="crossings-{layer.name}.{form.suffix}"'}
    if form.name in {"xlsx", "gpkg", "fgb", "parquet"}:
        lines = found.texts("table" if form.name == "xlsx" else "binary")
        path = await written_apart(lines, layer, form.suffix)
        return _of_file(path, form, named | _next(request, form, found))
    parts = _parts(form, found, layer, crs)
    if found.limit is None and crs.is_geographic:
        return StreamingResponse(await _started(parts), media_type=form.media_type, headers=named)
    body = b"".join([part async for part in parts])
    return Response(body, media_type=form.media_type, headers=named | _next(request, form, found))


def _of_file(path: Path, form: Format, headers: dict[str, str]) -> Response:
    gone = BackgroundTask(shutil.rmtree, path.parent, ignore_errors=True)
    return FileResponse(path, media_type=form.media_type, headers=headers, background=gone)


def _parts(form: Format, found: Found, layer: Layer, crs: Crs) -> AsyncIterator[bytes]:
    if form.name == "csv":
        return csv_parts(found.texts("table"), layer)
    if form.name == "geojsonseq":
        return sequence_parts(found.texts("features"))
    if form.name == "jsonfg":
        return jsonfg_parts(found.texts("timed features"), layer, None if crs == CRS84 else crs.uri)
    return geojson_parts(found.texts("features"), layer)


async def _started(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The parts, of which two are there: a statement that fails does so before the answer has begun."""
    first = [part for part in [await anext(parts, b""), await anext(parts, b"")] if part]

    async def all_parts() -> AsyncIterator[bytes]:
        for part in first:
            yield part
        async for part in parts:
            yield part

    return all_parts()


def _next(request: Request, form: Format, found: Found) -> dict[str, str]:
    headers = {"OGC-NumberReturned": str(found.count)}
    if found.more and found.end:
        address = here(request, after=written(found.end))
        headers["Link"] = f'<{address}>; rel="next"; type="{form.media_type}"'
    return headers

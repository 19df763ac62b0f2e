"""Features as a file: text formats are streamed, binary formats are written in a subprocess.

The rows are read at the database's pace and spooled, because a client may be slow.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from fastapi import Request, Response

from api.bad_parameters import BadParameters
from api.cursor import written
from api.feature_query import RowKind
from api.formats.csv_file import FOR_HXL, CsvForm, csv_parts
from api.formats.downloads import downloads_of
from api.formats.format import Format
from api.formats.found import Found
from api.formats.geojson_file import geojson_parts, jsonfg_parts, sequence_parts
from api.formats.layer import Layer
from api.formats.written_apart import row_parts, write_file, write_text_file
from api.http.client import client_of
from api.http.spool import Spool
from api.http.spooled_response import HeldFileResponse, SpooledResponse, produce
from api.representation import here
from geo.crs import CRS84, Crs

# Stores a written file with these headers and returns the response with it, or None if it cannot store the file.
Keep = Callable[[Path, dict[str, str]], Awaitable[Response | None]]
# Formats that cannot name the coordinate reference system of their numbers.
ONLY_CRS84 = {"csv", "xlsx", "parquet", "kml", "ods"}
BINARY = {"xlsx", "gpkg", "fgb", "parquet", "kml", "shp", "ods"}
KINDS: dict[str, RowKind] = {
    "csv": "csv",
    "xlsx": "table",
    "geojson": "features",
    "geojsonseq": "features",
    "jsonfg": "timed features",
    "gpkg": "binary",
    "fgb": "binary",
    "parquet": "binary",
    "kml": "binary",
    "shp": "binary",
    "ods": "table",
}


def refuse_system(form: Format, crs: Crs) -> None:
    """Check that the format can name this coordinate reference system, or raise BadParameters."""
    if form.name in ONLY_CRS84 and crs != CRS84:
        others = "GeoPackage, FlatGeobuf, Shapefile and JSON-FG"
        reason = f"{form.title} is given in CRS84 only; {others} know other systems"
        raise BadParameters([{"parameter": "crs", "value": crs.uri, "reason": reason}])


async def download(
    request: Request,
    form: Format,
    features: Found,
    layer: Layer,
    headers: dict[str, str],
    crs: Crs,
    held: AsyncExitStack,
    keep: Keep | None = None,
    csv_form: CsvForm = FOR_HXL,
) -> Response:
    """Send the features as a file. `headers` are the headers of every response of the collection.

    `held` holds the resources that reading needs, such as the connection. It is closed when all features are read,
    however slowly the client reads. `keep` stores a completely written file: a binary file, or a text file that a
    client requests in ranges.
    """
    named = headers | {"Content-Disposition": f'attachment; filename="crossings-{layer.name}.{form.suffix}"'}
    downloads = downloads_of(request)
    spool = Spool(downloads.room, client_of(request))
    parts = (
        row_parts(features.texts(KINDS[form.name]))
        if form.name in BINARY
        else _parts(form, features, layer, crs, csv_form)
    )
    producer = produce(spool, parts, held, downloads.give_way)
    try:
        if form.name in BINARY or keep is not None:
            write = write_file if form.name in BINARY else write_text_file
            path = await write(spool.iterate_parts(), layer, form.suffix)
            producer.cancel()
            spool.close()
            named |= _next(request, form, features)
            stored = await keep(path, named) if keep else None
            return stored or HeldFileResponse(spool.room, spool.owner, path, named, form.media_type)
        if features.limit is None and crs.is_geographic:
            await spool.begin()
        else:
            # A place may have no coordinates in a projected system; only the whole file shows whether all have.
            await spool.wait_until_written()
            named |= _next(request, form, features) | {"Content-Length": str(spool.total_bytes)}
        return SpooledResponse(spool, producer, named, form.media_type)
    except BaseException:
        producer.cancel()
        spool.close()
        raise


async def _parts(form: Format, found: Found, layer: Layer, crs: Crs, csv_form: CsvForm) -> AsyncGenerator[bytes, None]:
    """Stream the parts of a text file. A failing statement raises before the first part, and so before the response."""
    features = await _started(found.texts(KINDS[form.name]))
    if form.name == "csv":
        parts = csv_parts(features, layer, csv_form)
    elif form.name == "geojsonseq":
        parts = sequence_parts(features)
    elif form.name == "jsonfg":
        parts = jsonfg_parts(features, layer, None if crs == CRS84 else crs.uri)
    else:
        parts = geojson_parts(features, layer)
    async for part in parts:
        yield part


async def _started(features: AsyncIterator[str]) -> AsyncIterator[str]:
    """Read the first feature, so that a failing statement raises here, and return the stream of all features."""
    first = await anext(features, None)

    async def all_features() -> AsyncIterator[str]:
        if first is not None:
            yield first
            async for feature in features:
                yield feature

    return all_features()


def _next(request: Request, form: Format, features: Found) -> dict[str, str]:
    headers = {"OGC-NumberReturned": str(features.count)}
    if features.more and features.end:
        address = here(request, after=written(json.loads(features.end)))
        headers["Link"] = f'<{address}>; rel="next"; type="{form.media_type}"'
    return headers

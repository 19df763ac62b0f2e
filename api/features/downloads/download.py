"""Features as a file: text formats are streamed, binary formats are written in a subprocess.

The rows are read at the database's pace and spooled, because a client may be slow.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from fastapi import Request, Response

from api.collections.query import RowKind
from api.features.downloads.feature_stream import FeatureStream
from api.features.downloads.file_cache import get_downloads
from api.formats.csv_writer import HXL_OPTIONS, CsvOptions, stream_csv
from api.formats.geojson_writer import stream_geojson, stream_geojson_sequence, stream_jsonfg
from api.formats.layer import Layer
from api.formats.registry import Format
from api.formats.subprocess_writer import group_rows, write_file, write_text_file
from api.http.client import get_client_address
from api.parameters.errors import BadParameters
from api.parameters.pagination import encode_cursor
from api.responses.representation import build_current_url
from api.responses.spool import Spool
from api.responses.spooled_response import SpooledFileResponse, SpooledResponse, start_producer
from geo.crs import CRS84, Crs

# Stores a written file with these headers and returns the response with it, or None if it cannot store the file.
StoreFile = Callable[[Path, dict[str, str]], Awaitable[Response | None]]
# Formats that cannot name the coordinate reference system of their numbers.
CRS84_FORMATS = {"csv", "xlsx", "parquet", "kml", "ods"}
BINARY_FORMATS = {"xlsx", "gpkg", "fgb", "parquet", "kml", "shp", "ods"}
ROW_KINDS: dict[str, RowKind] = {
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


def refuse_crs(form: Format, crs: Crs) -> None:
    """Check that the format can name this coordinate reference system, or raise BadParameters."""
    if form.name in CRS84_FORMATS and crs != CRS84:
        others = "GeoPackage, FlatGeobuf, Shapefile and JSON-FG"
        reason = f"{form.title} is available in CRS84 only; {others} support other systems"
        raise BadParameters([{"parameter": "crs", "value": crs.uri, "reason": reason}])


async def download(
    request: Request,
    form: Format,
    features: FeatureStream,
    layer: Layer,
    headers: dict[str, str],
    crs: Crs,
    held: AsyncExitStack,
    keep: StoreFile | None = None,
    csv_form: CsvOptions = HXL_OPTIONS,
) -> Response:
    """Send the features as a file. `headers` are the headers of every response of the collection.

    `held` holds the resources that reading needs, such as the connection. It is closed when all features are read,
    however slowly the client reads. `keep` stores a completely written file: a binary file, or a text file that a
    client requests in ranges.
    """
    named = headers | {"Content-Disposition": f'attachment; filename="crossings-{layer.name}.{form.suffix}"'}
    downloads = get_downloads(request)
    spool = Spool(downloads.room, get_client_address(request))
    parts = (
        group_rows(features.stream_rows(ROW_KINDS[form.name]))
        if form.name in BINARY_FORMATS
        else _stream_text_parts(form, features, layer, crs, csv_form)
    )
    producer = start_producer(spool, parts, held, downloads.wait_while_busy)
    try:
        if form.name in BINARY_FORMATS or keep is not None:
            write = write_file if form.name in BINARY_FORMATS else write_text_file
            path = await write(spool.iterate_parts(), layer, form.suffix)
            producer.cancel()
            spool.close()
            named |= _build_paging_headers(request, form, features)
            stored = await keep(path, named) if keep else None
            return stored or SpooledFileResponse(spool.room, spool.owner, path, named, form.media_type)
        if features.limit is None and crs.is_geographic:
            await spool.begin()
        else:
            # A place may have no coordinates in a projected system; only the whole file shows whether all have.
            await spool.wait_until_written()
            named |= _build_paging_headers(request, form, features) | {"Content-Length": str(spool.total_bytes)}
        return SpooledResponse(spool, producer, named, form.media_type)
    except BaseException:
        producer.cancel()
        spool.close()
        raise


async def _stream_text_parts(
    form: Format, found: FeatureStream, layer: Layer, crs: Crs, csv_form: CsvOptions
) -> AsyncGenerator[bytes, None]:
    """Stream the parts of a text file. A failing statement raises before the first part, and so before the response."""
    features = await _start_stream(found.stream_rows(ROW_KINDS[form.name]))
    if form.name == "csv":
        parts = stream_csv(features, layer, csv_form)
    elif form.name == "geojsonseq":
        parts = stream_geojson_sequence(features)
    elif form.name == "jsonfg":
        parts = stream_jsonfg(features, layer, None if crs == CRS84 else crs.uri)
    else:
        parts = stream_geojson(features, layer)
    async for part in parts:
        yield part


async def _start_stream(features: AsyncIterator[str]) -> AsyncIterator[str]:
    """Read the first feature, so that a failing statement raises here, and return the stream of all features."""
    first = await anext(features, None)

    async def iterate_features() -> AsyncIterator[str]:
        if first is not None:
            yield first
            async for feature in features:
                yield feature

    return iterate_features()


def _build_paging_headers(request: Request, form: Format, features: FeatureStream) -> dict[str, str]:
    headers = {"OGC-NumberReturned": str(features.count)}
    if features.more and features.end:
        address = build_current_url(request, after=encode_cursor(json.loads(features.end)))
        headers["Link"] = f'<{address}>; rel="next"; type="{form.media_type}"'
    return headers

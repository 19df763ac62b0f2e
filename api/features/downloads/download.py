"""Features as a file: streamed from the database, then spooled to the client, or written first.

The rows are read at the database's pace and spooled, because a client may be slow.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.query import FeatureQuery
from api.database.prepared_statements import stream
from api.features.downloads.file_cache import get_downloads
from api.formats.files import iterate_parts, write_file
from api.formats.format import FileFormat, RowKind, TextOptions
from api.formats.layer import Layer
from api.formats.registry import FILE_FORMATS
from api.http.client import get_client_address
from api.parameters.errors import BadParameters
from api.parameters.pagination import encode_cursor
from api.responses.representation import build_current_url
from api.responses.spool import Spool
from api.responses.spooled_response import SpooledFileResponse, SpooledResponse, start_producer
from geo.crs import CRS84, Crs

FETCH_ROWS = 200


@dataclass(slots=True)
class FeatureStream:
    """All features, or a page of them.

    At the end of a page, `more` is set if features follow it, and `end` is the cursor of its last feature as a JSON
    array.
    """

    connection: AsyncConnection
    query: FeatureQuery
    limit: int | None = None
    after: str | None = None
    count: int = 0
    end: str | None = None
    more: bool = False

    async def stream_rows(self, kind: RowKind) -> AsyncIterator[str]:
        """Stream one text for each feature."""
        statement, values = self.query.select_rows(kind, self.limit, self.after)
        async for text, end in stream(self.connection, statement, values, FETCH_ROWS):
            if self.count == self.limit:
                self.more = True
                return
            self.count, self.end = self.count + 1, end
            yield text


# Stores a written file with these headers and returns the response with it, or None if it cannot store the file.
StoreFile = Callable[[Path, dict[str, str]], Awaitable[Response | None]]


def refuse_crs(format_: FileFormat, crs: Crs) -> None:
    """Check that the format supports this coordinate reference system, or raise BadParameters."""
    if format_.crs == "CRS84" and crs != CRS84:
        reason = f"{format_.title} is given in CRS84 only; {_list_formats_with_crs()} know other systems"
        raise BadParameters([{"parameter": "crs", "value": crs.uri, "reason": reason}])


def _list_formats_with_crs() -> str:
    """List the formats that name their system, binary formats first, by the first words of their titles."""
    formats = sorted((each for each in FILE_FORMATS if each.crs == "named"), key=lambda each: not each.in_subprocess)
    *titles, last = (each.title.partition(",")[0] for each in formats)
    return f"{', '.join(titles)} and {last}"


async def download(
    request: Request,
    format_: FileFormat,
    features: FeatureStream,
    layer: Layer,
    headers: dict[str, str],
    crs: Crs,
    held: AsyncExitStack,
    keep: StoreFile | None,
    options: TextOptions,
) -> Response:
    """Send the features as a file. `headers` are the headers of every response of the collection.

    `held` holds the resources that reading needs, such as the connection. It is closed when all features are read,
    however slowly the client reads. `keep` stores a completely written file: a binary file, or a text file that a
    client requests in ranges.
    """
    named = headers | {"Content-Disposition": f'attachment; filename="crossings-{layer.name}.{format_.suffix}"'}
    downloads = get_downloads(request)
    spool = Spool(downloads.room, get_client_address(request))
    parts = iterate_parts(features.stream_rows(format_.writer.rows), format_, layer, options)
    producer = start_producer(spool, parts, held, downloads.wait_while_busy)
    try:
        if format_.in_subprocess or keep is not None:
            path = await write_file(spool.iterate_parts(), format_, layer)
            producer.cancel()
            spool.close()
            named |= _build_paging_headers(request, format_, features)
            stored = await keep(path, named) if keep else None
            return stored or SpooledFileResponse(spool.room, spool.owner, path, named, format_.media_type)
        if features.limit is None and crs.is_geographic:
            await spool.begin()
        else:
            # A place may have no coordinates in a projected system; only the whole file shows whether all have.
            await spool.wait_until_written()
            named |= _build_paging_headers(request, format_, features) | {"Content-Length": str(spool.total_bytes)}
        return SpooledResponse(spool, producer, named, format_.media_type)
    except BaseException:
        producer.cancel()
        spool.close()
        raise


def _build_paging_headers(request: Request, format_: FileFormat, features: FeatureStream) -> dict[str, str]:
    headers = {"OGC-NumberReturned": str(features.count)}
    if features.more and features.end:
        address = build_current_url(request, after=encode_cursor(json.loads(features.end)))
        headers["Link"] = f'<{address}>; rel="next"; type="{format_.media_type}"'
    return headers

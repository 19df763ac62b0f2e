"""CSV with a row of HXL tags under its header (the Humanitarian Exchange Language, 1.1)."""

import codecs
from collections.abc import AsyncIterable, AsyncIterator

from api.formats.format import TextOptions
from api.formats.layer import Layer
from api.spreadsheets.csv_writer import encode_csv_rows

PART_LINES = 100
PLACE = (("longitude", "#geo+lon"), ("latitude", "#geo+lat"))


async def stream_csv(lines: AsyncIterable[str], layer: Layer, options: TextOptions) -> AsyncIterator[bytes]:
    """Stream the file in parts, from lines that the database has formatted (see `geo/sql_csv.py`)."""
    place = PLACE if layer.srid else ()
    names = [*(name for name, _ in place), *(column.name for column in layer.columns)]
    tags = [*(tag for _, tag in place), *(column.hxl for column in layer.columns)]
    yield (codecs.BOM_UTF8 if options.mark else b"") + encode_csv_rows([names, tags] if options.tags else [names])
    part: list[str] = []
    async for line in lines:
        part.append(line)
        if len(part) == PART_LINES:
            yield "".join(part).encode()
            part.clear()
    yield "".join(part).encode()

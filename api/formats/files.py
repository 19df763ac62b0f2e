"""Files of features: parts of text are streamed by their format; a binary file is written in a subprocess."""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from pathlib import Path
from typing import assert_never

from api.concurrency.child_processes import write_in_child
from api.concurrency.temporary import create_temporary_directory
from api.formats.format import FileFormat, SubprocessWriter, TextOptions, TextWriter
from api.formats.layer import Layer

PART_ROWS = 200
DEFAULT_OPTIONS = TextOptions()


async def iterate_parts(
    rows: AsyncIterator[str], format_: FileFormat, layer: Layer, options: TextOptions = DEFAULT_OPTIONS
) -> AsyncGenerator[bytes, None]:
    """Iterate over the parts that `write_file` writes: of a text format the file itself, of a binary format its rows.

    `rows` are of the kind that the writer of the format takes. A failing statement raises before the first part, and so
    before the response.
    """
    match format_.writer:
        case TextWriter() as writer:
            parts = writer.load()(await _start_stream(rows), layer, options)
        case SubprocessWriter():
            parts = _group_rows(rows)
        case _:
            assert_never(format_.writer)
    async for part in parts:
        yield part


async def write_file(parts: AsyncIterable[bytes], format_: FileFormat, layer: Layer) -> Path:
    """Write the file into its own directory, which the caller removes. Raises ChildFailed.

    A cancelled call leaves no file behind. For a binary format the caller holds a slot for files, acquired before a
    connection to the database.
    """
    directory = create_temporary_directory()
    path = directory / f"{layer.name}.{format_.suffix}"
    try:
        match format_.writer:
            case TextWriter():
                await _write_text(parts, path)
            case SubprocessWriter():
                await write_in_child("api.formats.worker", path, _prepend_layer(parts, format_, layer))
            case _:
                assert_never(format_.writer)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


async def _write_text(parts: AsyncIterable[bytes], path: Path) -> None:
    with path.open("wb") as file:
        async for part in parts:
            await asyncio.to_thread(file.write, part)


async def _start_stream(rows: AsyncIterator[str]) -> AsyncIterator[str]:
    """Read the first row, so that a failing statement raises here, and return the stream of all rows."""
    first = await anext(rows, None)

    async def iterate_rows() -> AsyncIterator[str]:
        if first is not None:
            yield first
            async for row in rows:
                yield row

    return iterate_rows()


async def _group_rows(rows: AsyncIterable[str]) -> AsyncIterator[bytes]:
    """Group rows into parts of many lines."""
    lines: list[str] = []
    async for row in rows:
        lines.append(f"{row}\n")
        if len(lines) == PART_ROWS:
            yield "".join(lines).encode()
            lines.clear()
    if lines:
        yield "".join(lines).encode()


async def _prepend_layer(parts: AsyncIterable[bytes], format_: FileFormat, layer: Layer) -> AsyncIterator[bytes]:
    yield f"{json.dumps({'format': format_.name, 'layer': layer.serialize_layer()})}\n".encode()
    async for part in parts:
        yield part

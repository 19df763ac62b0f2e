"""Files that a process of its own writes, from rows as they come from the database."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path

from api.formats.layer import Layer
from api.server.heavy_work import slots_of
from api.server.temporary import temporary_directory


class NotWritten(RuntimeError):
    """The process that was to write the file failed; the message is what it said."""


async def written_apart(lines: AsyncIterable[str], layer: Layer, suffix: str) -> Path:
    """Write the file as `write_file` does, in a slot. Raises Overloaded, NotWritten."""
    async with slots_of("files").slot():
        return await write_file(lines, layer, suffix)


async def write_file(lines: AsyncIterable[str], layer: Layer, suffix: str) -> Path:
    """Write the file into a directory of its own that the caller removes. Raises NotWritten.

    Nothing is left behind if the caller goes away in the middle. The caller holds a slot for files, which it took
    before a connection to the database.
    """
    directory = temporary_directory()
    path = directory / f"{layer.name}.{suffix}"
    try:
        await write_by("api.formats.writing", path, _described(lines, layer))
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


async def _described(lines: AsyncIterable[str], layer: Layer) -> AsyncIterator[str]:
    yield json.dumps(layer.as_json())
    async for line in lines:
        yield line


async def write_by(module: str, path: Path, lines: AsyncIterable[str]) -> None:
    """Have a process of its own, which runs the module, write the file from the lines. Raises NotWritten.

    Its libraries' temporary files are in the file's directory too, and it ends when this process is killed.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, str(path), str(os.getpid())),
        stdin=pipe,
        stderr=pipe,
        env=os.environ | {"TMPDIR": str(path.parent)},
    )
    try:
        said = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]
        await _feed(process, lines)
        if await process.wait():
            raise NotWritten((await said).decode(errors="replace")[-2000:])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _feed(process: asyncio.subprocess.Process, lines: AsyncIterable[str]) -> None:
    """A process that has ended before it took all says why on its standard error."""
    stdin = process.stdin
    if stdin is None:
        raise NotWritten("it has no standard input")
    try:
        async for line in lines:
            stdin.write(line.encode() + b"\n")
            await stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return
    stdin.close()

"""Files that a process of its own writes, from rows as they come from the database."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterable
from pathlib import Path

from api.formats.layer import Layer

AT_ONCE = 2
waiting_room = asyncio.Semaphore(AT_ONCE)


class NotWritten(RuntimeError):
    """The process that was to write the file failed; the message is what it said."""


async def written_apart(lines: AsyncIterable[str], layer: Layer, suffix: str) -> Path:
    """The file, in a directory of its own that the caller removes. Raises NotWritten.

    Nothing is left behind if the caller goes away in the middle.
    """
    directory = Path(tempfile.mkdtemp(prefix="crossings-"))
    path = directory / f"{layer.name}.{suffix}"
    try:
        async with waiting_room:
            await _write(lines, layer, path)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


async def _write(lines: AsyncIterable[str], layer: Layer, path: Path) -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.formats.writing", str(path), stdin=pipe, stderr=pipe
    )
    try:
        said = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]
        await _feed(process, lines, layer)
        if await process.wait():
            raise NotWritten((await said).decode(errors="replace")[-2000:])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _feed(process: asyncio.subprocess.Process, lines: AsyncIterable[str], layer: Layer) -> None:
    """A process that has ended before it took all says why on its standard error."""
    stdin = process.stdin
    if stdin is None:
        raise NotWritten("it has no standard input")
    try:
        stdin.write(json.dumps(layer.as_json()).encode() + b"\n")
        async for line in lines:
            stdin.write(line.encode() + b"\n")
            await stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return
    stdin.close()

"""Files that a process of its own writes, from rows as they come from the database."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from api.exceptions import Overloaded
from api.formats.layer import Layer
from api.server.temporary import temporary_directory

AT_ONCE = 2
MOST_WAITING = 6
TRY_AGAIN_AFTER_S = 15
slots = asyncio.Semaphore(AT_ONCE)
waiting: set[object] = set()


class TooManyFiles(Overloaded):
    """So many files are being written that one more would keep a connection from those who ask for little."""


class NotWritten(RuntimeError):
    """The process that was to write the file failed; the message is what it said."""


async def written_apart(lines: AsyncIterable[str], layer: Layer, suffix: str) -> Path:
    """The file, in a directory of its own that the caller removes. Raises TooManyFiles, NotWritten.

    Nothing is left behind if the caller goes away in the middle.
    """
    refuse_too_many()
    directory = temporary_directory()
    path = directory / f"{layer.name}.{suffix}"
    try:
        async with turn():
            await write_by("api.formats.writing", path, _described(lines, layer))
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


def refuse_too_many() -> None:
    """Raises TooManyFiles where so many wait that one more would keep others from their answers."""
    if len(waiting) >= MOST_WAITING:
        message = f"{MOST_WAITING} files are waiting to be written; try again in {TRY_AGAIN_AFTER_S} seconds"
        raise TooManyFiles(message, TRY_AGAIN_AFTER_S)


@asynccontextmanager
async def turn() -> AsyncIterator[None]:
    """One of the places at which what takes long is done; who comes later waits."""
    place = object()
    waiting.add(place)
    try:
        await slots.acquire()
    finally:
        waiting.remove(place)
    try:
        yield
    finally:
        slots.release()


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

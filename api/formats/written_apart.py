"""Files that a process of its own writes, from rows as they come from the database."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from api.exceptions import Overloaded
from api.formats.layer import Layer

AT_ONCE = 2
MOST_WAITING = 6
TRY_AGAIN_AFTER_S = 15
ROWS_IN_A_PART = 200
slots = asyncio.Semaphore(AT_ONCE)
waiting: set[object] = set()


class TooManyFiles(Overloaded):
    """So many files are being written that one more would keep a connection from those who ask for little."""


class NotWritten(RuntimeError):
    """The process that was to write the file failed; the message is what it said."""


async def written_apart(parts: AsyncIterable[bytes], layer: Layer, suffix: str) -> Path:
    """The file, in a directory of its own that the caller removes. Raises NotWritten.

    `parts` are lines, one for each row. The caller takes a `turn` before it takes a connection. Nothing is left behind
    if the caller goes away in the middle.
    """
    directory = Path(tempfile.mkdtemp(prefix="crossings-"))
    path = directory / f"{layer.name}.{suffix}"
    try:
        await write_by("api.formats.writing", path, _described(parts, layer))
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


async def row_parts(rows: AsyncIterable[str]) -> AsyncGenerator[bytes, None]:
    """The rows as lines, many in a part."""
    lines: list[str] = []
    async for row in rows:
        lines.append(f"{row}\n")
        if len(lines) == ROWS_IN_A_PART:
            yield "".join(lines).encode()
            lines.clear()
    if lines:
        yield "".join(lines).encode()


async def _described(parts: AsyncIterable[bytes], layer: Layer) -> AsyncIterator[bytes]:
    yield f"{json.dumps(layer.as_json())}\n".encode()
    async for part in parts:
        yield part


async def write_by(module: str, path: Path, parts: AsyncIterable[bytes]) -> None:
    """Have a process of its own, which runs the module, write the file from what it reads. Raises NotWritten."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, str(path), stdin=pipe, stderr=pipe)
    try:
        said = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]
        await _feed(process, parts)
        if await process.wait():
            raise NotWritten((await said).decode(errors="replace")[-2000:])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _feed(process: asyncio.subprocess.Process, parts: AsyncIterable[bytes]) -> None:
    """A process that has ended before it took all says why on its standard error."""
    stdin = process.stdin
    if stdin is None:
        raise NotWritten("it has no standard input")
    try:
        async for part in parts:
            stdin.write(part)
            await stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return
    stdin.close()

"""Files written in a subprocess, from rows as they come from the database."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import suppress
from pathlib import Path

from api.concurrency.temporary import create_temporary_directory
from api.formats.layer import Layer

PART_ROWS = 200
# Two concurrent reports used both cores of a machine, and made other responses eight times slower
# (benchmarks/overload, slow-clients).
NICENESS = 19


class FileWriteError(RuntimeError):
    """Failure of the subprocess that was to write the file; the message is its standard error."""


async def write_file(parts: AsyncIterable[bytes], layer: Layer, suffix: str) -> Path:
    """Write the file into its own directory, which the caller removes, or raise NotWritten.

    `parts` are lines, one for each row. A cancelled call leaves no file behind. The caller holds a slot for files,
    acquired before a connection to the database.
    """
    directory = create_temporary_directory()
    path = directory / f"{layer.name}.{suffix}"
    try:
        await write_in_subprocess("api.formats.worker", path, _prepend_layer(parts, layer))
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


async def write_text_file(parts: AsyncIterable[bytes], layer: Layer, suffix: str) -> Path:
    """Write the parts of a text file into its own directory, which the caller removes."""
    directory = create_temporary_directory()
    path = directory / f"{layer.name}.{suffix}"
    try:
        with path.open("wb") as file:
            async for part in parts:
                await asyncio.to_thread(file.write, part)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return path


async def group_rows(rows: AsyncIterable[str]) -> AsyncGenerator[bytes, None]:
    """Group rows into parts of many lines."""
    lines: list[str] = []
    async for row in rows:
        lines.append(f"{row}\n")
        if len(lines) == PART_ROWS:
            yield "".join(lines).encode()
            lines.clear()
    if lines:
        yield "".join(lines).encode()


async def _prepend_layer(parts: AsyncIterable[bytes], layer: Layer) -> AsyncIterator[bytes]:
    yield f"{json.dumps(layer.serialize_layer())}\n".encode()
    async for part in parts:
        yield part


async def write_in_subprocess(module: str, path: Path, parts: AsyncIterable[bytes]) -> None:
    """Write the file in a subprocess that runs the module with `parts` on standard input, or raise NotWritten.

    Temporary files of its libraries are in the file's directory too. The subprocess ends when this process is killed,
    and has the lowest priority of the processors.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, str(path), str(os.getpid())),
        stdin=pipe,
        stderr=pipe,
        env=os.environ | {"TMPDIR": str(path.parent)},
    )
    try:
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        errors = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]
        await _send_parts(process, parts)
        if await process.wait():
            raise FileWriteError((await errors).decode(errors="replace")[-2000:])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _send_parts(process: asyncio.subprocess.Process, parts: AsyncIterable[bytes]) -> None:
    """Send the parts. A process that ended before it read all of them has its error on standard error."""
    stdin = process.stdin
    if stdin is None:
        raise FileWriteError("it has no standard input")
    try:
        async for part in parts:
            stdin.write(part)
            await stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return
    stdin.close()

"""Child processes that run a module of ours: the parent starts, feeds and ends them.

Standard input of a child is a pipe from its parent, and its last argument is the parent's process id; the child's side
is `parent_process.py`.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

Process = asyncio.subprocess.Process
POLL_INTERVAL_S = 0.05
MAX_ERROR_CHARACTERS = 2000
# Two concurrent reports used both cores of a machine, and made other responses eight times slower
# (benchmarks/overload, slow-clients).
NICENESS = 19
# Closing the pipe without this message means that the parent was killed.
STOP_MESSAGE = b"done"


class ChildFailed(RuntimeError):
    """Failure of a child process; the message is its standard error, or its exit status."""


async def start_child(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None, has_error_pipe: bool = False
) -> Process:
    """Start the module as a child process. Its standard error is a pipe, or that of this process."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments, str(os.getpid())),
        stdin=pipe,
        stderr=pipe if has_error_pipe else None,
        env=os.environ | (environment or {}),
    )


async def run_child(
    module: str,
    *arguments: str,
    parts: AsyncIterable[bytes],
    environment: Mapping[str, str] | None = None,
    has_error_pipe: bool = False,
    niceness: int = 0,
) -> None:
    """Run the module to its end with `parts` on standard input. Raises ChildFailed.

    A cancelled call kills the child.
    """
    process = await start_child(module, *arguments, environment=environment, has_error_pipe=has_error_pipe)
    async with _end_afterwards(process):
        if niceness:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, process.pid, niceness)
        errors = asyncio.create_task(process.stderr.read()) if process.stderr else None
        await _send_parts(process, parts)
        if await process.wait():
            text = (await errors).decode(errors="replace") if errors else f"{module} ended with {process.returncode}"
            raise ChildFailed(text[-MAX_ERROR_CHARACTERS:])


async def write_in_child(module: str, path: Path, parts: AsyncIterable[bytes]) -> None:
    """Run the module, which writes the file at the path, its first argument. Raises ChildFailed.

    Temporary files of its libraries are in the file's directory too. The child has the lowest priority of the
    processors.
    """
    environment = {"TMPDIR": str(path.parent)}
    await run_child(module, str(path), parts=parts, environment=environment, has_error_pipe=True, niceness=NICENESS)


@asynccontextmanager
async def _end_afterwards(process: Process) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if process.returncode is None:
            await kill_child(process)


async def _send_parts(process: Process, parts: AsyncIterable[bytes]) -> None:
    """Send the parts. A process that ended before it read all of them has its error on standard error."""
    stdin = get_input(process)
    try:
        async for part in parts:
            stdin.write(part)
            await stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return
    stdin.close()


def get_input(process: Process) -> asyncio.StreamWriter:
    """Return the standard input of a process that `start_child` has started."""
    if process.stdin is None:
        raise ChildFailed("the process has no standard input")
    return process.stdin


async def wait_until_ready(process: Process, is_ready: Callable[[], Awaitable[bool]], max_wait_s: float) -> None:
    """Wait until the child is ready. Raises ChildFailed if it ends before, or takes longer; it is killed then."""
    until = time.monotonic() + max_wait_s
    while not await is_ready():
        if process.returncode is not None:
            raise ChildFailed(f"ended with {process.returncode}")
        if time.monotonic() > until:
            process.kill()
            raise ChildFailed(f"did not start in {max_wait_s} s")
        await asyncio.sleep(POLL_INTERVAL_S)


def request_stop(process: Process) -> None:
    """Let the child finish in good order: `stop_on_request` in it receives the message."""
    stdin = get_input(process)
    if not stdin.is_closing():
        stdin.write(STOP_MESSAGE)
        stdin.close()


async def wait_or_kill(process: Process, max_wait_s: float) -> None:
    """Wait for the end of the child, and kill it after `max_wait_s`."""
    try:
        async with asyncio.timeout(max_wait_s):
            await process.wait()
    except TimeoutError:
        await kill_child(process)


async def kill_child(process: Process) -> None:
    process.kill()
    await process.wait()

"""Child processes: fed, waited for and ended by their parent."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.concurrency.child_processes import (
    ChildFailed,
    request_stop,
    run_child,
    start_child,
    wait_or_kill,
    wait_until_ready,
)

PATIENCE_S = 60
COPY = """
import sys
from pathlib import Path
from api.concurrency.parent_process import open_input
Path(sys.argv[1]).write_text(open_input().read(), encoding="utf-8")
"""
STOP = """
import sys, threading
from pathlib import Path
from api.concurrency.parent_process import stop_on_request
is_stopped = threading.Event()
stop_on_request(is_stopped.set)
is_stopped.wait()
Path(sys.argv[1]).touch()
"""
ENDLESS = """
import sys, time
from pathlib import Path
Path(sys.argv[1]).touch()
time.sleep(3600)
"""


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory with programs that children run as modules."""
    for name, text in (("copy_input", COPY), ("wait_for_stop", STOP), ("run_endlessly", ENDLESS)):
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


async def parts(*texts: str) -> AsyncIterator[bytes]:
    for text in texts:
        yield text.encode()


async def test_child_reads_parts_as_utf_8(programs: Path) -> None:
    await run_child("copy_input", str(programs / "copy"), parts=parts("Đà ", "Nẵng\n"))
    assert (programs / "copy").read_text(encoding="utf-8") == "Đà Nẵng\n"


async def test_child_that_fails_says_why_on_standard_error(programs: Path) -> None:
    with pytest.raises(ChildFailed, match="FileNotFoundError"):
        await run_child("copy_input", str(programs / "none/copy"), parts=parts("x"), has_error_pipe=True)


async def test_child_is_killed_when_its_run_is_cancelled(programs: Path) -> None:
    running = asyncio.create_task(run_child("run_endlessly", str(programs / "began"), parts=parts()))
    async with asyncio.timeout(PATIENCE_S):
        while not (programs / "began").exists():  # noqa: ASYNC110 - polls a state of the machine
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_child_stops_on_request(programs: Path) -> None:
    process = await start_child("wait_for_stop", str(programs / "stopped"))
    request_stop(process)
    await wait_or_kill(process, PATIENCE_S)
    assert (programs / "stopped").exists()
    assert process.returncode == 0


async def test_child_that_does_not_end_is_killed(programs: Path) -> None:
    process = await start_child("run_endlessly", str(programs / "began"))
    await wait_or_kill(process, 0.01)
    assert process.returncode == -9


async def never() -> bool:
    return False


async def test_child_that_ends_before_it_is_ready_is_an_error() -> None:
    process = await start_child("no_such_module")
    with pytest.raises(ChildFailed, match="ended with 1"):
        await wait_until_ready(process, never, PATIENCE_S)


async def test_child_that_is_never_ready_is_killed(programs: Path) -> None:
    process = await start_child("run_endlessly", str(programs / "began"))
    with pytest.raises(ChildFailed, match=r"did not start in 0\.01 s"):
        await wait_until_ready(process, never, 0.01)
    assert await process.wait() == -9

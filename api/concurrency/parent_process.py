"""A child process's side of `child_processes.py`: its input, its end with the parent, and signals to stop.

Without asyncio, whose import takes time.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, TextIO

POLL_INTERVAL_S = 0.5


def open_input() -> TextIO:
    """Exit this process with its parent, and return its standard input as UTF-8."""
    exit_with_parent(int(sys.argv[-1]))
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    return sys.stdin


def exit_with_parent(parent: int) -> None:
    """Exit this process soon after the end of `parent`, the process that started it, even during work."""
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    # An orphan gets another parent. Polling works on every Unix; Linux's PR_SET_PDEATHSIG watches the parent's thread.
    while os.getppid() == parent:
        time.sleep(POLL_INTERVAL_S)
    os._exit(1)


def stop_on_request(stop: Callable[[], object]) -> None:
    """Call `stop`, in a thread, when the parent requests it. Exit at once when the parent was killed.

    At once: a worker that stopped in good order once went on and recorded an update without confirming it.
    """
    threading.Thread(target=_watch_input, args=(stop,), daemon=True).start()


def _watch_input(stop: Callable[[], object]) -> None:
    if not sys.stdin.buffer.read():
        os._exit(1)
    stop()


@contextmanager
def exit_on_termination() -> Iterator[None]:
    """Exit through SystemExit on SIGTERM and SIGHUP inside the block, so that the program stops what it started.

    uvicorn has handlers of its own while it serves, and raises the signal again once its requests are finished.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    unhandled = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for each in unhandled:
        signal.signal(each, _raise_exit)
    try:
        yield
    finally:
        for each in unhandled:
            signal.signal(each, signal.SIG_DFL)


def _raise_exit(signal_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + signal_number)

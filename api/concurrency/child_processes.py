"""Child processes: ending with the parent, and receiving its signal to stop."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

POLL_INTERVAL_S = 0.5


def exit_with_parent(parent: int) -> None:
    """Exit this process soon after the end of `parent`, the process that started it, even during work."""
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    # An orphan gets another parent. Polling works on every Unix; Linux's PR_SET_PDEATHSIG watches the parent's thread.
    while os.getppid() == parent:
        time.sleep(POLL_INTERVAL_S)
    os._exit(1)


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

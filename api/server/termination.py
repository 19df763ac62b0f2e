"""Conversion of termination signals to an exception, so that `finally` blocks run."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


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

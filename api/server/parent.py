"""Exit of a subprocess after its parent was killed: no process is left to use its result."""

import os
import threading
import time

POLL_INTERVAL_S = 0.5


def exit_with_parent(parent: int) -> None:
    """Exit this process soon after the end of `parent`, the process that started it, even during work."""
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    # An orphan gets another parent. Polling works on every Unix; Linux's PR_SET_PDEATHSIG watches the parent's thread.
    while os.getppid() == parent:
        time.sleep(POLL_INTERVAL_S)
    os._exit(1)

"""Exit of a subprocess after its parent was killed: no process is left to use its result."""

import os
import threading
import time

LOOK_EVERY_S = 0.5


def end_with_parent(parent: int) -> None:
    """Exit this process soon after the end of `parent`, the process that started it, even during work."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    # An orphan gets another parent. Polling works on every Unix; Linux's PR_SET_PDEATHSIG watches the parent's thread.
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(1)

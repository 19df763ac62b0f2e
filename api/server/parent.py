"""The end of a process whose parent was killed: nobody is left to use its result."""

import os
import threading
import time

LOOK_EVERY_S = 0.5


def end_with_parent(parent: int) -> None:
    """End this process soon after the process `parent`, which started it, has ended, whatever it is doing then."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    # An orphan is another process's child. Looking works on every Unix; Linux's PR_SET_PDEATHSIG looks at a thread.
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(1)

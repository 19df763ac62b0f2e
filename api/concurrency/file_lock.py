"""Locks on open files (flock): a lock ends with its process, also after a kill."""

import fcntl


def try_lock(file: int) -> bool:
    """Lock the open file exclusively; return False if another process holds a lock on it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

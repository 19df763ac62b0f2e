"""Locks on open files (flock): a lock ends with its process, however that ends."""

import fcntl


def try_lock(file: int) -> bool:
    """Lock the open file exclusively; False if another process holds a lock on it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

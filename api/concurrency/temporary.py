"""Temporary files of a process, all in one directory that is locked as long as the process lives.

In the system's temporary directory:

    crossings-run-xxxxxxxx/   of one process, for its user alone
        lock                  held by the process as long as it lives
        xxxxxxxx/             created by `create_temporary_directory`, removed by its caller

The next service removes the directory of a killed process, whose lock is free.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from api.concurrency.file_lock import try_lock

DIRECTORY_PREFIX = "crossings-run-"
LOCK_NAME = "lock"


def create_temporary_directory() -> Path:
    """Return a new empty directory, which the caller removes."""
    try:
        return Path(tempfile.mkdtemp(dir=get_process_directory()))
    except FileNotFoundError:
        # Cleaners of /tmp remove directories that were not used for days.
        get_process_directory.cache_clear()
        return Path(tempfile.mkdtemp(dir=get_process_directory()))


def remove_leftovers() -> None:
    """Remove directories that this user's ended processes have left."""
    for directory in Path(tempfile.gettempdir()).glob(f"{DIRECTORY_PREFIX}*"):
        with suppress(OSError):  # another process removes it at the same time, or it is another user's
            _remove_if_unlocked(directory)


@cache
def get_process_directory() -> Path:
    """Return the directory of this process, created on first use and removed when the process ends."""
    directory = Path(tempfile.mkdtemp(prefix=DIRECTORY_PREFIX))
    # Locked before it gets its name, so that it never looks abandoned. Open as long as the process lives.
    lock = os.open(directory / "new", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try_lock(lock)
    (directory / "new").rename(directory / LOCK_NAME)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def _remove_if_unlocked(directory: Path) -> None:
    if directory.is_symlink() or directory.stat().st_uid != os.geteuid():
        return
    lock = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if try_lock(lock):
            shutil.rmtree(directory)
    finally:
        os.close(lock)

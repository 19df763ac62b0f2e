"""A disk in memory that is soon full: a tmpfs with little room, and a file that takes what is left of it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.database.embedded.discovery import find_postgresql

DISK = "disk"
MB = 1024 * 1024


class CannotMount(Exception):
    """No tmpfs can be mounted here; the message says why."""


@contextmanager
def mount_disk(directory: Path, size_mb: int) -> Iterator[Path]:
    """A tmpfs of this size in the directory, unmounted afterwards. Raises CannotMount."""
    if os.geteuid() != 0:
        raise CannotMount("only root may mount a tmpfs")
    disk = directory / DISK
    disk.mkdir(exist_ok=True)
    # A disk that an ended run left mounted would be hidden under the new one.
    subprocess.run(["umount", "--quiet", disk], check=False)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=755", "tmpfs", str(disk)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMount(done.stderr.strip())
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=False)
        disk.rmdir()


def measure_mb(directory: Path) -> int:
    """What the directory takes on disk, rounded up."""
    used = subprocess.run(["du", "-s", "-B1", directory], capture_output=True, text=True, check=True).stdout
    return int(used.split()[0]) // MB + 1


def fill(disk: Path, room_mb: float) -> Path:
    """Take all of the disk but `room_mb` by a file, and return the file."""
    file = disk / "filler"
    with file.open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(1, shutil.disk_usage(disk).free - int(room_mb * MB)))
    return file


def remove_spare_log(data: Path) -> None:
    """Remove the segments that PostgreSQL, which is stopped, has made for later: then its log is first to need room."""
    cluster = data / "postgresql"
    version = int((cluster / "PG_VERSION").read_text())
    command = [find_postgresql(version).get_program_path("pg_controldata"), str(cluster)]
    control = subprocess.run(command, capture_output=True, text=True, check=True, env={"LC_ALL": "C"}).stdout
    current = control.partition("REDO WAL file:")[2].split()[0]
    for segment in (cluster / "pg_wal").iterdir():
        if segment.is_file() and len(segment.name) == len(current) and segment.name > current:
            segment.unlink()

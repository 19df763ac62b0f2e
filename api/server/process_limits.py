"""Limits of the process that the operating system and the C library set: open files and memory."""

import ctypes
import resource

# Constants of the GNU C library's malloc.h; other C libraries have no mallopt(). By default each thread gets an arena,
# which never returns its memory.
M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES = -3, 1024 * 1024
M_ARENA_MAX, MAX_ARENAS = -8, 1
# A response from a file has the file open beside its socket.
FILES_PER_CONNECTION = 2
# Connections to PostgreSQL, pipes to other processes, the interpreter's own files.
OTHER_FILES = 300


def allow_connections(wanted: int) -> int:
    """Increase the limit on open files for `wanted` connections, as far as allowed; return the number possible."""
    needed = wanted * FILES_PER_CONNECTION + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, (soft - OTHER_FILES) // FILES_PER_CONNECTION))


def configure_malloc() -> None:
    """Configure the C library to return large blocks of memory to the system when they are freed, as it does at first.

    By default its threshold grows to the largest freed block: a worker that had sent the world held 100 MB more.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
        mallopt(M_ARENA_MAX, MAX_ARENAS)

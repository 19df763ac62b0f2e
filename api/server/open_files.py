"""Limit on open files of this process, which bounds its connections."""

import resource

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

"""The private PostgreSQL of a data directory, for tests of what becomes of it."""

import os
import signal
import subprocess
from pathlib import Path

import asyncpg

from api.database.embedded.os_user import OsUser


def read_postmaster(directory: str) -> int:
    return int((Path(directory) / "postgresql/postmaster.pid").read_text().split()[0])


def kill_postmaster(directory: str) -> None:
    """As `kill -9` does, or the system when memory is short: the server's other processes are left to themselves."""
    os.kill(read_postmaster(directory), signal.SIGKILL)


def build_private_address(directory: str) -> str:
    return f"postgresql://crossings@/crossings?host={directory}/socket&port=5432"


async def fetch_private_value(directory: str, statement: str) -> int:
    connection = await asyncpg.connect(build_private_address(directory))
    try:
        value: int = await connection.fetchval(statement)
        return value
    finally:
        await connection.close()


def list_postmasters(directory: str) -> list[str]:
    """First processes of servers on the directory, also of such as are not in postmaster.pid."""
    pattern = f"^[^ ]*postgres -D {directory}/postgresql "
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=False)
    return found.stdout.split()


def limit_file_size(directory: str, largest_bytes: int | None) -> None:
    """Have the server's processes fail to write into files beyond this size, as on a full disk; None ends that.

    By a program that runs as the server's own user: root may not, in a container.
    """
    first = read_postmaster(directory)
    children = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False).stdout.split()
    identity = OsUser.choose_for_cluster(Path(directory) / "postgresql").build_identity()
    for process in (str(first), *children):
        words = ["prlimit", "--pid", process, f"--fsize={largest_bytes or 'unlimited'}:"]
        subprocess.run(words, cwd="/", check=False, capture_output=True, **identity)

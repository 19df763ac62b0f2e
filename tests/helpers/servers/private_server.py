"""The private PostgreSQL of a data directory, for tests of what becomes of it."""

import os
import signal
import subprocess
from pathlib import Path

import asyncpg

from api.database.embedded.os_user import OsUser


def first_process(directory: str) -> int:
    return int((Path(directory) / "postgresql/postmaster.pid").read_text().split()[0])


def kill_first_process(directory: str) -> None:
    """As `kill -9` does, or the system when memory is short: the server's other processes are left to themselves."""
    os.kill(first_process(directory), signal.SIGKILL)


def address_in(directory: str) -> str:
    return f"postgresql://crossings@/crossings?host={directory}/socket&port=5432"


async def ask(directory: str, statement: str) -> int:
    connection = await asyncpg.connect(address_in(directory))
    try:
        value: int = await connection.fetchval(statement)
        return value
    finally:
        await connection.close()


def servers_of(directory: str) -> list[str]:
    """First processes of servers on the directory, also of such as are not in postmaster.pid."""
    pattern = f"^[^ ]*postgres -D {directory}/postgresql "
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=False)
    return found.stdout.split()


def limit_files(directory: str, largest_bytes: int | None) -> None:
    """Have the server's processes fail to write into files beyond this size, as on a full disk; None ends that.

    By a program that runs as the server's own user: root may not, in a container.
    """
    first = first_process(directory)
    children = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False).stdout.split()
    identity = OsUser.choose_for_cluster(Path(directory) / "postgresql").build_identity()
    for process in (str(first), *children):
        words = ["prlimit", "--pid", process, f"--fsize={largest_bytes or 'unlimited'}:"]
        subprocess.run(words, cwd="/", check=False, capture_output=True, **identity)

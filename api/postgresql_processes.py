"""The processes of a private PostgreSQL server, as the system lists them."""

import subprocess
from contextlib import suppress
from pathlib import Path

import psutil

PROGRAMS = {"postgres", "postmaster"}


def find_postmaster(data: Path) -> int | None:
    """Return the process in postmaster.pid if it lives and is a PostgreSQL server, but not of another directory."""
    try:
        process = abs(int((data / "postmaster.pid").read_text().partition("\n")[0]))
    except (FileNotFoundError, ValueError):
        return None
    words = read_command_line(process)
    if not words or Path(words[0]).name not in PROGRAMS:
        return None
    directory = _find_data_directory(process, words)
    return process if directory is None or directory == data else None


def has_ended(process: int, timeout_s: float) -> bool:
    """Wait for the end of the process, at most `timeout_s`, without using the processor; return whether it ended."""
    try:
        psutil.Process(process).wait(timeout_s)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def kill_orphans(cluster_name: str, uid: int) -> None:
    """Kill the processes of a server with this cluster_name that have lost their postmaster.

    Idle processes end on their own; a process at work ends only after its statement, and a new server has to wait for
    it. Killing is safe: their shared memory is lost with their server.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if _is_orphan(process, cluster_name, uid):
                process.kill()


def _is_orphan(process: psutil.Process, cluster_name: str, uid: int) -> bool:
    """Check the title, which names the cluster, and the parent, which is the postmaster while that lives."""
    if not " ".join(process.cmdline()).startswith(f"postgres: {cluster_name}: "):
        return False
    parent = process.parent()
    return process.uids().real == uid and (parent is None or parent.name() not in PROGRAMS)


def read_command_line(process: int) -> list[str]:
    """Return the words of the process's command line; empty if it has ended."""
    if Path("/proc/self").exists():
        with suppress(OSError):
            return Path(f"/proc/{process}/cmdline").read_text(errors="replace").split("\0")
        return []
    listed = ["/bin/ps", "-ww", "-o", "command=", "-p", str(process)]
    return subprocess.run(listed, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603


def _find_data_directory(process: int, words: list[str]) -> Path | None:
    """Return a server's working directory, which is its data directory; use -D where it is hidden, as in containers."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cwd").readlink()
    if "-D" in words[:-1]:
        return Path(words[words.index("-D") + 1]).resolve()
    return None

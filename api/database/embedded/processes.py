"""Reasons from the log of the private PostgreSQL, each as one line for the operator."""

import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil

FULL_DISK_BYTES = 1_000_000
MAX_LOG_BYTES = 10_000_000
# Bytes at the end of a log that are searched for the reason of the server's end, which is in its last lines.
SEARCHED_BYTES = 100_000
# Exclude the refusals of clients while the server starts.
ERROR = re.compile(r"(?:FATAL|PANIC|ERROR|error|^postgres): +(?!the database system is )(.+)", re.MULTILINE)
READY = "database system is ready to accept connections"
# Most specific first. A client's own FATAL ("too many clients") does not end the server.
REASONS = (r"PANIC: +(.+)", r"LOG: +(.+ was terminated by signal .+)", r"LOG: +(received \w+ shutdown request)")


def rotate_log(log: Path) -> None:
    """Rename a large log, replacing the previous one."""
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))


def find_failure_reason(log: Path, begin: int) -> str:
    """Return the reason of a program's failure from the log after byte `begin`: its first error, or its last line."""
    text = _read_since(log, begin)
    if (error := ERROR.search(text)) is not None:
        return error.group(1)
    if _is_disk_full(log):
        return "the disk is full"
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "its log has no reason")


def find_end_reason(log: Path) -> str:
    """Return the reason of the last server's end, from its log since it was ready."""
    try:
        text = _read_since(log, max(0, log.stat().st_size - SEARCHED_BYTES)).rpartition(READY)[2]
    except OSError as error:
        return f"its log cannot be read: {error}"
    for pattern in REASONS:
        if (match := re.search(pattern, text)) is not None:
            return match.group(1)
    return "the disk is full" if _is_disk_full(log) else "its main process was killed: its log has no other reason"


def _read_since(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(begin)
        return file.read().decode(errors="replace")


def _is_disk_full(log: Path) -> bool:
    return shutil.disk_usage(log.parent).free < FULL_DISK_BYTES


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

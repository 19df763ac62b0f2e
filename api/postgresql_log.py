"""Reasons from the log of the private PostgreSQL, each as one line for the operator."""

import re
import shutil
from pathlib import Path

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
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it gave no reason")


def find_end_reason(log: Path) -> str:
    """Return the reason of the last server's end, from its log since it was ready."""
    try:
        text = _read_since(log, max(0, log.stat().st_size - SEARCHED_BYTES)).rpartition(READY)[2]
    except OSError as error:
        return f"its log cannot be read: {error}"
    for pattern in REASONS:
        if (match := re.search(pattern, text)) is not None:
            return match.group(1)
    return "the disk is full" if _is_disk_full(log) else "its first process was killed, as its log has no reason"


def _read_since(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(begin)
        return file.read().decode(errors="replace")


def _is_disk_full(log: Path) -> bool:
    return shutil.disk_usage(log.parent).free < FULL_DISK_BYTES

"""Servers as processes: started, waited for, watched and ended."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

PATIENCE_S = 180


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def run_process(
    command: Sequence[str], *, ready: str, log: Path, more: Mapping[str, str] | None = None
) -> Iterator[int]:
    """The id of the process, which runs until the block ends; it has begun to answer at the address `ready`.

    It and its children have our environment and `more`; what they say goes to `log`.
    """
    with log.open("ab") as said:
        process = subprocess.Popen(
            command, env={**os.environ, **(more or {})}, stdout=said, stderr=said, start_new_session=True
        )
    try:
        _wait_until_ready(process, ready, log)
        yield process.pid
    finally:
        _end(process)


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}; see {log}")
        with suppress(httpx.TransportError):
            if not httpx.get(address, timeout=PATIENCE_S).is_server_error:
                return
        time.sleep(0.1)
    raise SystemExit(f"{process.args!r} does not answer at {address}; see {log}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """By SIGTERM to it alone, which a server passes on in good order; by SIGKILL to all if that does not help."""
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def read_memory_mb(process: int, *, peak: bool = False) -> float:
    """What the process and its children hold in memory (RSS), or held at most."""
    name = "VmHWM:" if peak else "VmRSS:"
    return sum(_read_status_kb(each, name) for each in _list_family(process)) / 1024


def reset_peak(process: int) -> None:
    """Have the peak counted from now on."""
    for each in _list_family(process):
        Path(f"/proc/{each}/clear_refs").write_text("5")


def read_cpu_s(process: int) -> float:
    """Seconds of processor time that the process has used so far."""
    return _read_ticks(process, 2) / os.sysconf("SC_CLK_TCK")


def read_family_cpu_s(process: int) -> float:
    """The same of the process and its children, also of those that have ended."""
    return sum(_read_ticks(each, 4) for each in _list_family(process)) / os.sysconf("SC_CLK_TCK")


def _read_ticks(process: int, fields: int) -> int:
    """The sum of the first of: user, system, and the two of children that have ended."""
    after_the_name = _read_proc_file(process, "stat").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in after_the_name[11 : 11 + fields])


def read_parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def _list_family(process: int) -> list[int]:
    children = _read_proc_file(process, f"task/{process}/children").split()
    return [process, *(each for child in children for each in _list_family(int(child)))]


def _read_status_kb(process: int, name: str) -> int:
    status = _read_proc_file(process, "status")
    return int(status.split(name)[1].split()[0]) if name in status else 0


def _read_proc_file(process: int, what: str) -> str:
    """What the system tells of the process; nothing of one that has ended meanwhile."""
    try:
        return Path(f"/proc/{process}/{what}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""

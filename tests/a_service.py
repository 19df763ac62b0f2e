"""The service as a process, for tests of what its users and its machine do to it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx
import pytest

CROSSINGS = Path(sys.executable).with_name("crossings")
# A machine with two slow cores that are busy takes 90 seconds for a workbook of 100,000 rows.
PATIENCE_S = 240
Environment = dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(directory: str, **more: str) -> Environment:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"CROSSINGS_DATA_DIR": directory, "PORT": str(free_port())} | more


def address_of(environment: Environment) -> str:
    return f"http://127.0.0.1:{environment['PORT']}"


@contextmanager
def served(environment: Environment, log: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """A service that runs until the block ends; one that logs more than a pipe holds needs a file for it."""
    with (
        log.open("w") if log else nullcontext(subprocess.PIPE) as stderr,
        subprocess.Popen([CROSSINGS, "serve"], env=environment, stderr=stderr, text=True) as process,
    ):
        try:
            wait_until_ready(environment, process)
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)


def wait_until_ready(environment: Environment, process: subprocess.Popen[str]) -> None:
    address = f"{address_of(environment)}/health/ready"
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            if httpx.get(address).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the service did not become ready")


def run(environment: Environment, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CROSSINGS, *words], env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )

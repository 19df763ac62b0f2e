"""The service as a process, for tests of what its users and its machine do to it."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import httpx
import pytest

CROSSINGS = Path(sys.executable).with_name("crossings")
# A machine with two slow cores that are busy takes 90 seconds for a workbook of 100,000 rows.
PATIENCE_S = 240
# Below those that the kernel gives to clients.
PORTS = range(20_000, 32_000, 2)
signs: list[socket.socket] = []
Environment = dict[str, str]


def reserve_port() -> int:
    """A port where nobody listens, which no other process of the tests is given as long as this one lives.

    The one above it is listened on as a sign that it is taken: a port that was only found free was taken by another
    test before it was used.
    """
    for port in random.sample(PORTS, len(PORTS)):
        with suppress(OSError):
            sign = _listen(port + 1)
            _listen(port).close()
            signs.append(sign)
            return port
    raise AssertionError("no port is free")


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def build_environment(directory: str, **more: str) -> Environment:
    """Environment of a service, whose idle connections outlive those that httpx keeps for five seconds.

    By itself it keeps them for five seconds too: on a busy machine one was closed as it was used again.
    """
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    own = {"CROSSINGS_DATA_DIR": directory, "PORT": str(reserve_port()), "CROSSINGS_KEEP_ALIVE_S": "60"}
    return kept | own | more


def get_address(environment: Environment) -> str:
    return f"http://127.0.0.1:{environment['PORT']}"


@contextmanager
def run_service(environment: Environment, log: Path | None = None) -> Iterator[subprocess.Popen[str]]:
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
    address = f"{get_address(environment)}/health/ready"
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            if httpx.get(address).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the service did not become ready")


def run_command(environment: Environment, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CROSSINGS, *words], env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )

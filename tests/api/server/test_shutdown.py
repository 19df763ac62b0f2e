"""Stopping the service by SIGTERM: no client holds it up, and it leaves nothing behind."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from helpers.servers.service import PATIENCE_S, Environment, build_environment, get_address, run_command, run_service

WORLD = "/collections/points-of-entry/items?limit=10000"
FORMS = (WORLD, f"{WORLD}&f=csv", f"{WORLD}&f=geojson", "/collections/restrictions/items?f=csv")


@pytest.fixture(scope="module")
def told() -> Iterator[Environment]:
    with TemporaryDirectory(prefix="crossings-") as directory:
        yield build_environment(directory, CROSSINGS_SHUTDOWN_GRACE_S="2")


def asked_and_not_read(told: Environment, path: str) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", int(told["PORT"])))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return client


def client_connections(told: Environment) -> int:
    numbers = httpx.get(f"{get_address(told)}/health/ready", timeout=PATIENCE_S).json()["numbers"]
    return int(numbers["client_connections"])


def processes_of(told: Environment) -> list[str]:
    words = ["pgrep", "-f", told["CROSSINGS_DATA_DIR"]]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()


def test_clients_that_do_not_read_do_not_hold_up_the_end(told: Environment) -> None:
    with run_service(told) as process, ExitStack() as stack:
        for path in FORMS:
            stack.enter_context(asked_and_not_read(told, path))
        unfinished = stack.enter_context(socket.create_connection(("127.0.0.1", int(told["PORT"]))))
        unfinished.sendall(b"POST /submissions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000\r\n\r\nx")
        until = time.monotonic() + PATIENCE_S
        while client_connections(told) < len(FORMS) + 1 and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode in {-signal.SIGTERM, 128 + signal.SIGTERM}
    assert processes_of(told) == []


def test_idle_connection_does_not_hold_up_the_end(told: Environment) -> None:
    with run_service(told) as process, httpx.Client(base_url=get_address(told), timeout=PATIENCE_S) as client:
        client.get("/health/live")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert not (Path(told["CROSSINGS_DATA_DIR"]) / "postgresql/postmaster.pid").exists()


def test_health_command_prints_the_state_of_a_service(told: Environment) -> None:
    with run_service(told):
        healthy = run_command(told, "health")
    assert (healthy.returncode, healthy.stdout) == (0, "ready\n")
    assert run_command(told, "health").returncode == 1

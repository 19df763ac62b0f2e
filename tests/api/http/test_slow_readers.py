"""Clients that take their answers slowly or not at all: they cost a connection, and no memory to speak of."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from helpers.servers.http_server import (
    LARGE_BYTES,
    build_request,
    is_closed,
    receive_response,
    run_http_server,
    wait_until,
)

pytestmark = pytest.mark.slow

SMALL_BUFFER = 4_096


def memory_mb() -> float:
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def test_client_that_takes_nothing_is_closed_and_others_are_answered() -> None:
    with run_http_server(patience_s=1, most_ahead_s=1) as server, server.get("/large", receives=SMALL_BUFFER) as client:
        wait_until(lambda: server.connections.count_unsent_bytes() == LARGE_BYTES)
        assert server.status("/large") == 200
        wait_until(lambda: len(server.connections) == 0)
        assert is_closed(client)


def test_client_that_takes_a_byte_at_a_time_is_closed() -> None:
    with (
        run_http_server(patience_s=0.5, most_ahead_s=0) as server,
        server.get("/large", receives=SMALL_BUFFER) as client,
    ):
        wait_until(lambda: client.recv(1) == b"" or len(server.connections) == 0)


def test_slow_client_at_more_than_the_least_rate_is_given_all() -> None:
    with run_http_server(patience_s=2, least_bytes_per_s=50_000) as server, server.get("/large") as client:
        taken = 0
        for _ in range(40):
            taken += len(client.recv(60_000))
            time.sleep(0.1)
        while taken < LARGE_BYTES:
            part = client.recv(1_000_000)
            assert part, f"closed after {taken} bytes"
            taken += len(part)


def test_clients_of_the_same_answer_share_its_memory() -> None:
    with run_http_server(unsent_bytes=2 * LARGE_BYTES) as server, ExitStack() as stack:
        before = memory_mb()
        for _ in range(30):
            stack.enter_context(server.get("/large", receives=SMALL_BUFFER))
        wait_until(lambda: len(server.connections) == 30)
        wait_until(lambda: server.connections.count_unsent_bytes() == LARGE_BYTES)
        assert memory_mb() - before < 60


def test_answers_that_nobody_takes_are_bounded_in_memory() -> None:
    with run_http_server(unsent_bytes=3 * LARGE_BYTES) as server, ExitStack() as stack:
        clients = [stack.enter_context(server.get("/own", receives=SMALL_BUFFER)) for _ in range(20)]
        wait_until(lambda: len(server.connections) <= 3)
        assert server.connections.count_unsent_bytes() <= 3 * LARGE_BYTES
        assert server.status("/large") == 200
        assert is_closed(clients[0])


def test_one_answer_may_be_larger_than_the_bound() -> None:
    with run_http_server(unsent_bytes=1) as server:
        assert server.status("/large") == 200


@pytest.mark.parametrize("path", ["/large", "/held"])
def test_stopping_takes_no_longer_than_the_grace(path: str) -> None:
    with run_http_server(grace_s=1) as server, server.get(path, receives=SMALL_BUFFER):
        wait_until(lambda: server.connections.count_unsent_bytes() > 0 or server.application.held > 0)
        began_s = time.monotonic()
        server.stop()
        assert time.monotonic() - began_s < 10


def test_running_request_is_finished_when_the_server_stops() -> None:
    with run_http_server(grace_s=30) as server, server.get("/held") as client, server.connect() as idle:
        wait_until(lambda: server.application.held == 1)
        server.server.should_exit = True
        assert is_closed(idle)
        server.application.release.set()
        assert receive_response(client).endswith(b"ok")
        began_s = time.monotonic()
        server.stop()
        assert time.monotonic() - began_s < 20


def test_request_sent_ahead_of_the_stop_is_answered_or_refused_by_closing() -> None:
    with run_http_server(grace_s=30) as server, server.get("/held") as client:
        wait_until(lambda: server.application.held == 1)
        client.sendall(build_request("/"))
        server.server.should_exit = True
        server.application.release.set()
        assert is_closed(client)


def test_client_that_was_quick_may_stop_for_longer() -> None:
    with run_http_server(patience_s=0.3, most_ahead_s=30) as server, server.get("/large") as client:
        client.recv(100_000)
        time.sleep(2)
        assert len(server.connections) == 1

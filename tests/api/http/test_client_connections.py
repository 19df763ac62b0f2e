"""Connections of clients that send too much, too slowly or nothing: they end, and others are answered."""

import socket
import time
from contextlib import ExitStack, suppress

import pytest
from helpers.servers.http_server import (
    build_request,
    is_closed,
    parse_status,
    receive_response,
    run_http_server,
    wait_until,
)

pytestmark = pytest.mark.slow


def sent_until_refused(client: socket.socket, piece: bytes, most_bytes: int, pause_s: float = 0) -> int:
    """How many bytes the server took before it closed."""
    sent = 0
    try:
        while sent < most_bytes:
            time.sleep(pause_s)
            client.sendall(piece)
            sent += len(piece)
    except OSError:
        pass
    return sent


@pytest.mark.parametrize("begin", [b"GET /", b"GET / HTTP/1.1\r\nX-Long: ", b"GET / HTTP/1.1\r\nX-Lo"])
def test_endless_head_is_refused_at_the_limit(begin: bytes) -> None:
    with run_http_server() as server, server.connect() as client:
        client.sendall(begin)
        assert sent_until_refused(client, b"x" * 65_536, 100_000_000) < 20_000_000
        assert parse_status(receive_response(client)) == 431
        assert server.status() == 200


@pytest.mark.parametrize(("length", "status"), [(15_000, 200), (16_400, 431), (60_000, 431)])
def test_head_size_is_bounded(length: int, status: int) -> None:
    with run_http_server(head_bytes=16_384) as server, server.connect() as client:
        client.sendall(build_request("/", f"X-Long: {'x' * length}"))
        assert parse_status(receive_response(client)) == status


def test_head_that_is_too_large_in_small_pieces_is_refused() -> None:
    with run_http_server(head_bytes=16_384) as server, server.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(16):
            client.sendall(b"X: " + b"x" * 1_021 + b"\r\n")
        assert parse_status(receive_response(client)) == 431


@pytest.mark.parametrize(("count", "status"), [(90, 200), (101, 431)])
def test_header_count_is_bounded(count: int, status: int) -> None:
    with run_http_server() as server, server.connect() as client:
        client.sendall(build_request("/", *(f"X-{number}: 1" for number in range(count))))
        assert parse_status(receive_response(client)) == status


def test_large_body_counts_as_no_head() -> None:
    with run_http_server(head_bytes=4_096) as server, server.connect() as client:
        client.sendall(build_request("/body", "Content-Length: 1000000", method="POST") + bytes(1_000_000))
        assert receive_response(client).endswith(b"\r\n1000000")


@pytest.mark.parametrize("begin", [b"0\r\nX-Trailer: ", b"1;extension=", b"0\r\n" + b"X: 1\r\n" * 100])
def test_chunk_overhead_of_a_body_is_bounded(begin: bytes) -> None:
    with run_http_server() as server, server.connect() as client:
        client.sendall(build_request("/body", "Transfer-Encoding: chunked", method="POST") + begin)
        assert sent_until_refused(client, b"x" * 65_536, 100_000_000) < 20_000_000
        assert server.status() == 200


def test_requests_sent_ahead_are_bounded() -> None:
    with run_http_server() as server, server.connect() as client:
        client.sendall(build_request("/held") * 5_000)
        assert is_closed(client)
        assert server.application.held <= 1


def test_some_requests_sent_ahead_are_answered_in_turn() -> None:
    with run_http_server() as server, server.connect() as client:
        client.sendall(build_request("/") * 10)
        received = b""
        while received.count(b"ok") < 10:
            received += client.recv(10_000)


def test_slow_head_is_answered_with_408() -> None:
    with run_http_server(head_timeout_s=0.5) as server, server.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        assert parse_status(receive_response(client)) == 408


def test_head_that_grows_by_a_byte_at_a_time_is_answered_with_408() -> None:
    with run_http_server(head_timeout_s=0.5) as server, server.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: ")
        client.settimeout(0.05)
        for _ in range(1_000):
            client.sendall(b"x")
            try:
                received = client.recv(1_000)
            except TimeoutError:
                continue
            break
        assert parse_status(received) == 408


def test_silent_connection_is_closed_without_a_word() -> None:
    with run_http_server(head_timeout_s=0.5) as server, server.connect() as client:
        assert client.recv(1_000) == b""


def test_idle_connection_is_closed() -> None:
    with run_http_server(keep_alive_s=0.5) as server, server.get("/") as client:
        assert parse_status(receive_response(client)) == 200
        assert client.recv(1_000) == b""


def test_connection_is_not_kept_by_bytes_that_begin_no_request() -> None:
    with run_http_server(keep_alive_s=0.5) as server, server.get("/") as client:
        receive_response(client)
        assert sent_until_refused(client, b"\r\n", 10_000, pause_s=0.05) < 10_000


def test_connection_in_use_is_kept() -> None:
    """For longer than an idle one is; on a busy machine a second passes between two requests that follow closely."""
    with run_http_server(keep_alive_s=5, head_timeout_s=5) as server, server.connect() as client:
        until_s = time.monotonic() + 6
        while time.monotonic() < until_s:
            client.sendall(build_request("/"))
            assert parse_status(receive_response(client)) == 200
            time.sleep(0.1)


def test_body_that_does_not_come_is_answered_with_408() -> None:
    with run_http_server(patience_s=0.5) as server, server.connect() as client:
        client.sendall(build_request("/body", "Content-Length: 5000", method="POST") + b"x")
        assert parse_status(receive_response(client)) == 408


def test_body_that_comes_by_single_bytes_is_answered_with_408() -> None:
    with run_http_server(patience_s=0.5) as server, server.connect() as client:
        client.sendall(build_request("/body", "Transfer-Encoding: chunked", method="POST"))
        assert sent_until_refused(client, b"1\r\nx\r\n", 60_000, pause_s=0.05) < 60_000


def test_slow_body_at_more_than_the_least_rate_is_read_to_its_end() -> None:
    with run_http_server(patience_s=0.5, least_bytes_per_s=500) as server, server.connect() as client:
        client.sendall(build_request("/body", "Content-Length: 20000", method="POST"))
        for _ in range(20):
            time.sleep(0.1)
            client.sendall(bytes(1_000))
        assert receive_response(client).endswith(b"\r\n20000")


def test_body_for_which_the_application_lets_its_client_wait_is_no_fault_of_the_client() -> None:
    with run_http_server(patience_s=0.3) as server, server.connect() as client:
        client.sendall(build_request("/held", "Content-Length: 1", "Expect: 100-continue", method="POST"))
        wait_until(lambda: server.application.held == 1)
        time.sleep(1)
        server.application.release.set()
        assert parse_status(receive_response(client)) == 200


def test_connections_of_an_address_are_bounded() -> None:
    with run_http_server(connections_per_address=4) as server, ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(server.get("/held"))
        wait_until(lambda: server.application.held == 4)
        with server.get("/") as client:
            refused = receive_response(client)
        assert parse_status(refused) == 503
        assert b"retry-after: " in refused.lower()
        server.application.release.set()
        wait_until(lambda: len(server.connections) == 4)
        stack.close()
        wait_until(lambda: len(server.connections) == 0)
        assert server.status() == 200


def test_address_that_goes_on_is_not_answered() -> None:
    with run_http_server(connections_per_address=4) as server, ExitStack() as stack:
        for _ in range(20):
            with suppress(ConnectionResetError):
                stack.enter_context(server.connect())
        wait_until(lambda: len(server.connections) == 5)


def test_longest_idle_connection_gives_way_to_a_new_one() -> None:
    with run_http_server(connections=10) as server, ExitStack() as stack:
        first = stack.enter_context(server.connect())
        wait_until(lambda: len(server.connections) == 1)
        for _ in range(9):
            stack.enter_context(server.connect())
        wait_until(lambda: len(server.connections) == 10)
        assert server.status() == 200
        assert is_closed(first)


def test_new_connection_is_answered_with_503_where_none_is_idle() -> None:
    with run_http_server(connections=10) as server, ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(server.get("/held"))
        wait_until(lambda: server.application.held == 10)
        assert server.status() == 503
        server.application.release.set()
        wait_until(lambda: server.status() == 200)

"""What wrk asks for, as a server sees it."""

import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from helpers.servers.clients import needs

from benchmarks.data.places import APART, DAY
from benchmarks.data.weekly_records import FIRST_WEEK
from benchmarks.load.wrk_run import Load, run_wrk, run_wrk_mixed

pytestmark = needs("wrk")
LOAD = Load(1)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Nothing: wrk leaves without waiting for its last answers."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Host"]))
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: thousands of requests."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_one_request_is_repeated(server: Server) -> None:
    run = run_wrk(f"{server.address}/a?b=1", LOAD)
    assert {path for path, _ in server.seen} == {"/a?b=1"}
    assert (run.requests > 0, run.refused, run.broken) == (True, 0, 0)


def test_refusals_are_counted(server: Server) -> None:
    run = run_wrk(f"{server.address}/missing", LOAD)
    assert run.refused == run.requests


def test_separated_requests_have_days_in_turn(server: Server) -> None:
    run_wrk(f"{server.address}/a?filter=x%20&datetime={DAY}&b=1", LOAD, apart=APART)
    days = [day.isoformat() for day in APART[1]]
    assert {path for path, _ in server.seen} == {f"/a?filter=x%20&datetime={day}&b=1" for day in days}
    assert {host for _, host in server.seen} == {server.address.removeprefix("http://")}


def test_requests_without_a_day_are_separated_by_host(server: Server) -> None:
    run_wrk(f"{server.address}/a", LOAD, apart=APART)
    assert {path for path, _ in server.seen} == {"/a"}
    assert len({host for _, host in server.seen}) == len(server.seen)


def test_separating_days_have_equal_records() -> None:
    _, days = APART
    assert DAY in days
    assert {(day - FIRST_WEEK) // dt.timedelta(weeks=1) for day in days} == {(DAY - FIRST_WEEK).days // 7}


def test_mixed_requests_are_drawn_from_all_paths(server: Server) -> None:
    run_wrk_mixed(server.address, ["/a", "/b?c=1"], LOAD)
    assert {path for path, _ in server.seen} == {"/a", "/b?c=1"}

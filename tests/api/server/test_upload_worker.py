"""Large posts, which a process of its own answers as the one that serves would."""

import asyncio
import csv
import io
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from helpers.offices import build_bearer
from helpers.servers.service import PATIENCE_S, Environment, build_environment, get_address, run_command, run_service

from api.server.upload_worker import supervisor as process_apart
from api.server.upload_worker.proxy import LARGE_BYTES
from api.server.upload_worker.supervisor import UploadWorker, WorkerUnavailable

PROGRAM = "api.server.upload_worker.worker"


@dataclass(frozen=True)
class Sender:
    environment: Environment
    process: subprocess.Popen[str]
    key: str
    points: list[str]

    def post(self, day: str, **more: str) -> httpx.Response:
        text = io.StringIO()
        rows = [(point, day, "closed", "movement_restricted", "tourists", "x" * 40) for point in self.points]
        head = ("point", "assessed_on", "operational_status", "measures", "affected_populations", "comment")
        csv.writer(text).writerows([head, *rows])
        body = text.getvalue().encode()
        assert len(body) > LARGE_BYTES
        headers = build_bearer(self.key) | {"Content-Type": "text/csv"} | more
        return httpx.post(
            f"{get_address(self.environment)}/submissions", content=body, headers=headers, timeout=PATIENCE_S
        )

    @property
    def apart(self) -> list[int]:
        """The processes that the service has started to answer large posts."""
        return started_by(self.process.pid)


# Points of the United States and Canada of which the shipped data have a restriction on the day.
RESTRICTED = 66


def started_by(process: int) -> list[int]:
    words = ["pgrep", "-P", str(process), "-f", PROGRAM]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    return [int(number) for number in found.stdout.split()]


@pytest.fixture(scope="module")
def sender() -> Iterator[Sender]:
    with TemporaryDirectory(prefix="crossings-") as directory:
        told = build_environment(directory, CROSSINGS_ALLOWED_HOSTS="crossings.example")
        with run_service(told) as process:
            asked = {"country": "USA,CAN,BRA,IND", "limit": "10000"}
            found = httpx.get(
                f"{get_address(told)}/collections/points-of-entry/items", params=asked, timeout=PATIENCE_S
            )
            assert run_command(told, "office", "add", "four", "--name", "Four", "--country", "USA", "--country", "CAN",
                       "--country", "BRA", "--country", "IND").returncode == 0  # fmt: skip
            key = run_command(told, "key", "issue", "four", "--role", "office").stdout.split()[-1]
            yield Sender(told, process, key, [feature["id"] for feature in found.json()["features"]])


def test_large_update_is_answered_by_a_process_of_its_own(sender: Sender) -> None:
    answer = sender.post("2020-04-16")
    counts = answer.json()["counts"]
    assert answer.status_code == 201
    assert (counts["added"], counts["superseded"]) == (len(sender.points) - RESTRICTED, RESTRICTED)
    assert len(sender.apart) == 1


def test_worker_links_use_the_service_address(sender: Sender) -> None:
    answer = sender.post("2020-04-17", **{"Host": "crossings.example", "X-Forwarded-Proto": "https"})
    assert answer.headers["location"].startswith("https://crossings.example/submissions/")


def test_worker_update_is_visible_at_once(sender: Sender) -> None:
    address = f"{get_address(sender.environment)}/collections/points-of-entry/items/{sender.points[0]}"
    httpx.get(address, params={"datetime": "2020-04-18"}, timeout=PATIENCE_S)
    sender.post("2020-04-18")
    told = httpx.get(address, params={"datetime": "2020-04-18"}, timeout=PATIENCE_S).json()
    assert told["properties"]["last_assessed"] == "2020-04-18"


def test_worker_refusals_equal_those_of_the_service(sender: Sender) -> None:
    unknown = sender.post("2020-04-19", Authorization="Bearer nobody")
    assert (unknown.status_code, unknown.json()["title"]) == (401, "A key is needed")
    assert len(unknown.headers.get_list("www-authenticate")) == 2
    wrong = sender.post("2120-04-19")
    assert (wrong.status_code, wrong.json()["counts"]["rejected"]) == (422, len(sender.points))


@pytest.mark.parametrize(("megabytes", "status"), [(15, 401), (30, 413)])
def test_unreadable_upload_is_refused(sender: Sender, megabytes: int, status: int) -> None:
    address, key = f"{get_address(sender.environment)}/submissions", sender.key if status == 413 else "nobody"
    headers = build_bearer(key) | {"Content-Type": "text/csv"}
    answer = httpx.post(address, content=bytes(megabytes * 1_000_000), headers=headers, timeout=PATIENCE_S)
    assert answer.status_code == status


def test_killed_worker_is_replaced(sender: Sender) -> None:
    sender.post("2020-04-20")
    (first,) = sender.apart
    os.kill(first, signal.SIGKILL)
    until_it_has_ended(first)
    answer = sender.post("2020-04-21")
    assert answer.status_code == 201, answer.text[:300]
    assert sender.apart not in ([], [first])


def test_worker_ends_with_a_killed_service(sender: Sender) -> None:
    with TemporaryDirectory(prefix="crossings-") as directory:
        told = build_environment(directory)
        with run_service(told) as process:
            other = Sender(told, process, "none", sender.points)
            assert other.post("2020-04-22").status_code == 401
            (apart,) = other.apart
            process.kill()
        until_it_has_ended(apart)
        # The private cluster outlived its service; one that comes after it stops it.
        with run_service(told):
            pass


def until_it_has_ended(process: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while _is_alive(process) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_alive(process)


def _is_alive(number: int) -> bool:
    """One that has ended and that nobody has asked about stays listed; one of whose threads some have not ended yet
    still holds its socket.
    """
    process = Path(f"/proc/{number}")
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" or len(list((process / "task").iterdir())) > 1
    except OSError:
        return False


async def test_failure_to_start_a_worker_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_apart.sys, "executable", "/bin/false")
    apart = UploadWorker("postgresql://nowhere")
    with pytest.raises(WorkerUnavailable, match="ended with 1"):
        async with apart.open_client():
            pass
    await apart.aclose()


async def test_idle_worker_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_apart, "IDLE_S", 0.01)
    apart = UploadWorker("postgresql://nowhere/nothing")
    async with apart.open_client():
        (process,) = started_by(os.getpid())
    async with asyncio.timeout(PATIENCE_S):
        while _is_alive(process):  # noqa: ASYNC110 - only the machine knows
            await asyncio.sleep(0.05)

"""Starting a private PostgreSQL again, as the process that serves does it, with several processes on one directory."""

import asyncio
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import pytest
from helpers.servers.private_server import fetch_private_value, kill_postmaster, list_postmasters, read_postmaster

from api.database.embedded.cluster import PrivateCluster
from api.database.embedded.supervisor import Supervisor

FAST = {"fsync": "off", "shared_buffers": "16MB"}
PATIENCE_S = 120
FOR_EVER_S = 1_000_000


@pytest.fixture(scope="module")
def directory() -> Iterator[str]:
    """A data directory; not pytest's tmp_path, which root alone may enter and PostgreSQL does not run as root."""
    path = Path(tempfile.mkdtemp(prefix="crossings-test-")).resolve()
    yield str(path)
    shutil.rmtree(path)


@contextmanager
def supervised(directory: str, heal_timeout_s: float = FOR_EVER_S) -> Iterator[Supervisor]:
    cluster = PrivateCluster(Path(directory), FAST)
    with cluster.run_server():
        supervisor = Supervisor(cluster, heal_timeout_s)
        supervisor.start()
        try:
            yield supervisor
        finally:
            supervisor.stop()


def wait_until(true: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def answers(directory: str) -> bool:
    try:
        return asyncio.run(fetch_private_value(directory, "SELECT 1")) == 1
    except (OSError, asyncpg.PostgresError):
        return False


def kill(directory: str) -> int:
    process = read_postmaster(directory)
    kill_postmaster(directory)
    return process


def test_ended_server_is_restarted_each_time(directory: str) -> None:
    with supervised(directory):
        for _ in range(3):
            killed = kill(directory)
            wait_until(lambda: answers(directory))
            assert read_postmaster(directory) != killed


def test_several_processes_that_notice_its_end_start_one_server(directory: str) -> None:
    with ExitStack() as several:
        for _ in range(3):
            several.enter_context(supervised(directory))
        kill(directory)
        wait_until(lambda: answers(directory))
        assert len(list_postmasters(directory)) == 1
    assert list_postmasters(directory) == []


def test_process_of_a_killed_server_that_works_on_is_ended(directory: str) -> None:
    """Nobody else would, and no other server may be started beside it."""
    with supervised(directory):
        working = threading.Thread(target=asyncio.run, args=(work_without_end(directory),))
        working.start()
        wait_until(lambda: number_at_work(directory) == 1)
        kill(directory)
        working.join(PATIENCE_S)
        assert not working.is_alive()
        wait_until(lambda: answers(directory))


async def work_without_end(directory: str) -> None:
    """In one loop of the server, which does not look whether it is alone meanwhile."""
    with pytest.raises((OSError, asyncpg.PostgresError)):
        await fetch_private_value(
            directory, "SELECT count(*) FROM generate_series(1, 1000000000) a, generate_series(1, 1000) b"
        )


def number_at_work(directory: str) -> int:
    statement = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%1000000000%' AND pid <> pg_backend_pid()"
    return asyncio.run(fetch_private_value(directory, statement))


@pytest.mark.parametrize("after_s", [0, 0.05, 0.2, 0.5])
def test_stop_that_was_ordered_is_not_undone(directory: str, after_s: float) -> None:
    with supervised(directory):
        kill(directory)
        time.sleep(after_s)
    assert list_postmasters(directory) == []
    assert [thread.name for thread in threading.enumerate() if "supervisor" in thread.name] == []


def test_first_to_leave_leaves_the_server_to_the_others(directory: str) -> None:
    with supervised(directory):
        with supervised(directory):
            pass
        assert answers(directory)
        kill(directory)
        wait_until(lambda: answers(directory))


def test_server_that_cannot_start_is_a_problem_until_it_can(directory: str, caplog: pytest.LogCaptureFixture) -> None:
    control = Path(directory) / "postgresql/global/pg_control"
    with supervised(directory, heal_timeout_s=0) as supervisor:
        assert supervisor.find_problem() is None
        control.rename(control.with_name("hidden"))
        kill(directory)
        wait_until(lambda: supervisor.find_problem() is not None)
        control.with_name("hidden").rename(control)
        wait_until(lambda: supervisor.find_problem() is None)
        assert answers(directory)
    first, second, *_, last = caplog.messages
    assert "has ended: its first process was killed" in first
    assert "could not find the database system" in second
    assert "next try in 1 s" in second
    assert "runs again, after" in last


def test_end_of_the_server_is_explained_from_its_log(directory: str, caplog: pytest.LogCaptureFixture) -> None:
    with supervised(directory):
        os.kill(read_postmaster(directory), signal.SIGINT)
        wait_until(lambda: "runs again" in caplog.text)
    assert "has ended: received fast shutdown request; it is started again" in caplog.text

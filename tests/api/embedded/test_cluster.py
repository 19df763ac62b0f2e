"""The private PostGIS cluster, each time with a real PostgreSQL in a directory of its own."""

import asyncio
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from helpers.servers.service import PATIENCE_S

import api.database.embedded.cluster
import api.database.embedded.discovery
from api.database.embedded.cluster import ClusterError, ClusterInUse, PrivateCluster
from api.database.embedded.discovery import Postgresql, PostgresqlMissing
from api.database.embedded.os_user import OsUser

FAST = {"fsync": "off", "shared_buffers": "16MB"}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")

# A program that uses a cluster until it is told to end.
USER_PROGRAM = """
import signal, sys, time
# As at a terminal: tests that run in the background of a shell have them ignored, and so have their children.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from pathlib import Path
from api.database.embedded.cluster import PrivateCluster
cluster = PrivateCluster(Path(sys.argv[1]), {"fsync": "off", "shared_buffers": "16MB"})
with cluster.lock_for_serving(), cluster.run_server():
    print("running", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    """A data directory. Not pytest's tmp_path, which root alone may enter and PostgreSQL does not run as root."""
    with _temporary_directory() as directory:
        yield directory


@contextmanager
def _temporary_directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="crossings-test-")).resolve()
    try:
        yield path
    finally:
        _end_server(path)
        shutil.rmtree(path)


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    with _temporary_directory() as directory:
        with PrivateCluster(directory, FAST).run_server():
            pass
        yield directory


@pytest.fixture
def used(shared: Path) -> Iterator[Path]:
    """A data directory with a cluster that other tests have used and stopped: making one takes two seconds."""
    yield shared
    _end_server(shared)


def _end_server(directory: Path) -> None:
    """What a failed test left running. The server's own children end with it."""
    with suppress(FileNotFoundError, ValueError, ProcessLookupError):
        process = int((directory / "postgresql/postmaster.pid").read_text().partition("\n")[0])
        words = Path(f"/proc/{process}/cmdline").read_text().split("\0")
        if str((directory / "postgresql").resolve()) in words:
            os.kill(process, signal.SIGQUIT)
            _wait_until(lambda: not _is_alive(process))


def _ask(url: str, *statements: str) -> Any:
    """The one value that the last statement gives. In a thread: it may be called where an event loop runs."""

    async def answer() -> Any:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return [await connection.fetchval(statement) for statement in statements][-1]
        finally:
            await connection.close()

    return _in_thread(answer())


def _in_thread(work: Coroutine[Any, Any, Any]) -> Any:
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(asyncio.run(work)))
    thread.start()
    thread.join()
    return answers[0]


def _start_program(directory: Path) -> subprocess.Popen[str]:
    """Another process that serves the directory, as the leader of a process group like one started at a terminal."""
    program = subprocess.Popen(
        [sys.executable, "-c", USER_PROGRAM, str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "running\n"
    return program


def _end(program: subprocess.Popen[str], how: signal.Signals) -> int:
    os.killpg(program.pid, how)
    status = program.wait(PATIENCE_S)
    assert program.stdout is not None
    program.stdout.close()
    return status


def _server_process(directory: Path) -> int:
    return int((directory / "postgresql/postmaster.pid").read_text().partition("\n")[0])


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until(true: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def test_first_use_makes_a_database_with_postgis(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server() as url:
        assert re.fullmatch(r"postgresql\+asyncpg://crossings@/crossings\?host=/[\w./-]+&port=5432", url)
        assert _ask(url, "SELECT postgis_version()").startswith("3.")
        assert _ask(url, "SELECT extname::text FROM pg_extension WHERE extname = 'btree_gist'") == "btree_gist"
        assert _ask(url, "SHOW server_encoding") == "UTF8"
        assert _ask(url, "SHOW data_checksums") == "on"


def test_data_survives_a_restart(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server() as url:
        _ask(url, "CREATE TABLE note (word text)", "INSERT INTO note VALUES ('Nadi')")
    with PrivateCluster(used, FAST).run_server() as url:
        assert _ask(url, "SELECT word FROM note") == "Nadi"


def test_callers_settings_reach_the_server(used: Path) -> None:
    with PrivateCluster(used, {**FAST, "work_mem": "7MB"}).run_server() as url:
        assert _ask(url, "SHOW work_mem") == "7MB"
        assert _ask(url, "SHOW jit") == "off"


def test_server_listens_on_no_network_port(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server() as url:
        assert _ask(url, "SHOW listen_addresses") == ""
        assert (used / "postgresql/postmaster.pid").read_text().splitlines()[5] == ""


def test_others_cannot_enter_the_socket_directory(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server():
        assert (used / "socket").stat().st_mode & 0o777 == 0o700


def test_environment_of_another_postgresql_does_not_mislead(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "6543", "PGHOST": "db.example", "PGUSER": "other", "PGDATA": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    with PrivateCluster(used, FAST).run_server() as url:
        assert _ask(url, "SELECT current_user::text") == "crossings"


def test_second_serving_is_refused_in_one_line_with_the_process(directory: Path) -> None:
    expected = f"^{re.escape(str(directory))} is already being served, by process {os.getpid()}$"
    with (
        PrivateCluster(directory).lock_for_serving(),
        pytest.raises(ClusterInUse, match=expected),
        PrivateCluster(directory).lock_for_serving(),
    ):
        pass


def test_directory_can_be_served_again_after_the_first(directory: Path) -> None:
    for _ in range(2):
        with PrivateCluster(directory).lock_for_serving():
            assert (directory / "serve.lock").read_text() == f"{os.getpid()}\n"


def test_first_to_leave_does_not_stop_the_others_server(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server() as url:
        with PrivateCluster(used, FAST).run_server() as same:
            assert same == url
        assert _ask(url, "SELECT 1") == 1


def test_last_to_leave_stops_the_server(used: Path) -> None:
    first, second = PrivateCluster(used, FAST).run_server(), PrivateCluster(used, FAST).run_server()
    first.__enter__()
    url = second.__enter__()
    first.__exit__(None, None, None)
    assert _ask(url, "SELECT 1") == 1
    second.__exit__(None, None, None)
    assert not (used / "postgresql/postmaster.pid").exists()


def test_many_first_uses_at_once_make_one_cluster(directory: Path) -> None:
    systems: list[int] = []

    def use() -> None:
        with PrivateCluster(directory, FAST).run_server() as url:
            systems.append(_ask(url, "SELECT system_identifier FROM pg_control_system()"))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(systems) == 4
    assert len(set(systems)) == 1
    assert not (directory / "postgresql/postmaster.pid").exists()


def test_killed_owner_leaves_data_and_the_next_start_uses_its_server(used: Path) -> None:
    owner = _start_program(used)
    with PrivateCluster(used, FAST).run_server() as url:
        _ask(url, "CREATE TABLE sent (word text)", "INSERT INTO sent VALUES ('Nadi')")
    process = _server_process(used)
    _end(owner, signal.SIGKILL)
    assert _is_alive(process)
    cluster = PrivateCluster(used, FAST)
    with cluster.lock_for_serving(), cluster.run_server() as url:
        assert _server_process(used) == process
        assert _ask(url, "SELECT word FROM sent") == "Nadi"
    assert not (used / "postgresql/postmaster.pid").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ended_owner_stops_the_server_in_good_order(used: Path, how: signal.Signals) -> None:
    owner = _start_program(used)
    process = _server_process(used)
    assert os.getpgid(process) != owner.pid
    assert _end(owner, how) != 0
    assert not (used / "postgresql/postmaster.pid").exists()
    assert "database system is shut down" in (used / "postgresql.log").read_text().splitlines()[-1]


def test_killed_server_is_started_again_for_the_next_user(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server():
        os.kill(_server_process(used), signal.SIGKILL)
        with PrivateCluster(used, FAST).run_server() as url:
            assert _ask(url, "SELECT 1") == 1


def test_stale_process_id_of_another_live_process_does_not_stop_the_start(used: Path) -> None:
    """As after a restart of a container: PostgreSQL itself refuses, as the process is of its own user."""
    owner = _start_program(used)
    server = _server_process(used)
    stale = (used / "postgresql/postmaster.pid").read_text()
    lock = (used / "socket/.s.PGSQL.5432.lock").read_text()
    _end(owner, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    account = OsUser.choose_for_cluster(used / "postgresql")
    with subprocess.Popen(["sleep", "60"], cwd="/", **account.build_identity()) as foreign:
        (used / "postgresql/postmaster.pid").write_text(stale.replace(str(server), str(foreign.pid), 1))
        (used / "socket/.s.PGSQL.5432.lock").write_text(lock.replace(str(server), str(foreign.pid), 1))
        with PrivateCluster(used, FAST).run_server() as url:
            assert _ask(url, "SELECT 1") == 1
        assert foreign.poll() is None
        foreign.kill()


@needs_proc
def test_server_that_someone_started_by_hand_is_left_alone(used: Path) -> None:
    account = OsUser.choose_for_cluster(used / "postgresql")
    sockets = used / "by-hand"
    account.create_private_directory(sockets)
    options = ["-D", str(used / "postgresql"), "-k", str(sockets), "-c", "listen_addresses=", "-c", "fsync=off"]
    command = [api.database.embedded.discovery.find_postgresql().get_program_path("postgres"), *options]
    with subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL, **account.build_identity()) as by_hand:
        _wait_until((sockets / ".s.PGSQL.5432").exists)
        with (
            pytest.raises(ClusterError, match=f"started by hand, process {by_hand.pid}: stop it first$"),
            PrivateCluster(used, FAST).run_server(),
        ):
            pass
        assert by_hand.poll() is None
        by_hand.send_signal(signal.SIGINT)


@needs_proc
def test_locks_are_not_inherited_by_the_server(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server():
        # Listed as the server's own user: root may not, in a container.
        command = ["ls", "-l", f"/proc/{_server_process(used)}/fd"]
        identity = OsUser.choose_for_cluster(used / "postgresql").build_identity()
        listed = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True, **identity).stdout
    assert set(re.findall(r"\w+\.lock", listed)) == {"server.lock"}


@needs_proc
@pytest.mark.parametrize("set_by_the_operator", [None, "glibc.malloc.hugetlb=0"])
def test_server_uses_huge_pages_unless_disabled(
    used: Path, monkeypatch: pytest.MonkeyPatch, set_by_the_operator: str | None
) -> None:
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    if set_by_the_operator is not None:
        monkeypatch.setenv("GLIBC_TUNABLES", set_by_the_operator)
    with PrivateCluster(used, FAST).run_server():
        command = ["cat", f"/proc/{_server_process(used)}/environ"]
        identity = OsUser.choose_for_cluster(used / "postgresql").build_identity()
        environment = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True, **identity).stdout
    expected = set_by_the_operator or "glibc.malloc.hugetlb=1"
    assert f"GLIBC_TUNABLES={expected}" in environment.split("\0")


@pytest.mark.parametrize("name", ["a" * 100, 'Côte d\'Ivoire, 50% "week" 12'])
def test_directory_names_too_long_or_odd_for_a_socket_work(used: Path, directory: Path, name: str) -> None:
    data = directory / name
    directory.chmod(0o711)
    data.mkdir()
    (data / "postgresql").symlink_to(used / "postgresql")
    with PrivateCluster(data, FAST).run_server() as url:
        assert url.startswith("postgresql+asyncpg://crossings@/crossings?host=/tmp/crossings-")
        assert "%" not in url
        assert _ask(url, "SELECT 1") == 1
        sockets = Path(url.partition("host=")[2].partition("&")[0])
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()


@needs_root
def test_socket_directory_of_someone_else_is_refused(directory: Path) -> None:
    others = directory / "socket"
    others.mkdir()
    os.chown(others, 12345, 12345)
    with pytest.raises(ClusterError, match="belongs to another user"):
        OsUser.choose_for_cluster(directory / "postgresql").create_private_directory(others)


def test_start_killed_while_it_made_the_cluster_is_made_good_by_the_next(directory: Path) -> None:
    command = [sys.executable, "-c", USER_PROGRAM, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as program:
        _wait_until((directory / "postgresql.new/PG_VERSION").exists)
        program.kill()
    assert not (directory / "postgresql").exists()
    with PrivateCluster(directory, FAST).run_server() as url:
        assert _ask(url, "SELECT postgis_version()").startswith("3.")
    assert not (directory / "postgresql.new").exists()


def test_start_killed_before_the_extensions_is_made_good_by_the_next(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server() as url:
        _ask(url, "DROP EXTENSION postgis")
    with PrivateCluster(used, FAST).run_server() as url:
        assert _ask(url, "SELECT postgis_version()").startswith("3.")


@needs_root
def test_root_runs_the_server_as_an_unprivileged_user(used: Path) -> None:
    with PrivateCluster(used, FAST).run_server():
        owner = Path(f"/proc/{_server_process(used)}").stat().st_uid
        assert owner == (used / "postgresql").stat().st_uid
        assert owner != 0


@needs_root
def test_unreachable_parent_puts_the_cluster_elsewhere(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.chmod(0o755)
    elsewhere, closed = directory / "elsewhere", directory / "closed"
    closed.mkdir(0o700)
    monkeypatch.setattr(api.database.embedded.cluster, "ELSEWHERE", elsewhere)
    data = closed / "crossings"
    for statement in ("CREATE TABLE note AS SELECT 'Nadi' AS word", "SELECT word FROM note"):
        with PrivateCluster(data, FAST).run_server() as url:
            answer = _ask(url, statement)
    assert answer == "Nadi"
    assert (data / "postgresql").readlink().parent == elsewhere
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_closed_data_directory_is_opened_just_enough(used: Path) -> None:
    used.chmod(0o700)
    with PrivateCluster(used, FAST).run_server():
        assert used.stat().st_mode & 0o777 == 0o711


def test_failed_start_names_cause_and_log(used: Path) -> None:
    expected = f"^pg_ctl failed: .*work_mem.*; see {re.escape(str(used))}/postgresql.log$"
    with pytest.raises(ClusterError, match=expected), PrivateCluster(used, {"work_mem": "lots"}).run_server():
        pass


def test_failed_start_leaves_nothing_that_hinders_the_next(used: Path) -> None:
    with pytest.raises(ClusterError), PrivateCluster(used, {"work_mem": "lots"}).run_server():
        pass
    with PrivateCluster(used, FAST).run_server() as url:
        assert _ask(url, "SELECT 1") == 1


def test_failure_of_the_caller_is_passed_on_and_stops_the_server(used: Path) -> None:
    with pytest.raises(ZeroDivisionError), PrivateCluster(used, FAST).run_server():
        raise ZeroDivisionError
    assert not (used / "postgresql/postmaster.pid").exists()


def test_cluster_whose_files_are_gone_is_not_replaced_by_an_empty_one(directory: Path) -> None:
    (directory / "postgresql").symlink_to("/nowhere/crossings")
    with pytest.raises(ClusterError, match="holds no PostgreSQL cluster"), PrivateCluster(directory).run_server():
        pass


@pytest.mark.parametrize("version", [14, 99])
def test_data_of_another_version_is_refused_in_one_line(directory: Path, version: int) -> None:
    (directory / "postgresql").mkdir()
    (directory / "postgresql/PG_VERSION").write_text(f"{version}\n")
    expected = f"^the data in .*/postgresql is PostgreSQL {version}'s: PostgreSQL {version} with PostGIS .* is needed"
    with pytest.raises(ClusterError, match=expected) as failure, PrivateCluster(directory).run_server():
        pass
    assert "\n" not in str(failure.value)


def test_data_directory_that_cannot_be_made_is_refused_in_one_line(directory: Path) -> None:
    (directory / "file").write_text("not a directory")
    with pytest.raises(ClusterError, match=r"cannot be used: .*Not a directory"):
        PrivateCluster(directory / "file/data").run_server().__enter__()


def test_missing_postgresql_error_has_the_install_command(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.database.embedded.discovery, "PLACES", ())
    monkeypatch.setenv("PATH", str(directory))
    (directory / "apt-get").write_text("#!/bin/sh\n")
    (directory / "apt-get").chmod(0o755)
    expected = "no PostgreSQL server; install it with: .*apt-get install -y .*postgresql-postgis$"
    with pytest.raises(PostgresqlMissing, match=expected), PrivateCluster(directory).run_server():
        pass


def test_missing_postgis_differs_from_missing_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = _pretend_postgresql(tmp_path, version=16, postgis=None)
    monkeypatch.setattr(api.database.embedded.discovery, "PLACES", (str(programs),))
    monkeypatch.setenv("PATH", "/bin:/usr/bin" if not shutil.which("pg_config", path="/bin:/usr/bin") else "/nowhere")
    with pytest.raises(PostgresqlMissing, match=r"this machine has PostgreSQL 16 \(without PostGIS\)"):
        api.database.embedded.discovery.find_postgresql()


def test_newest_postgresql_with_postgis_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {17: "3.5.0", 9: "3.5.0", 18: "3.2.9", 16: "3.4.1"}
    programs = {version: _pretend_postgresql(tmp_path, version, postgis) for version, postgis in installed.items()}
    monkeypatch.setattr(api.database.embedded.discovery, "PLACES", tuple(map(str, programs.values())))
    monkeypatch.setenv("PATH", "/nowhere")
    assert api.database.embedded.discovery.find_postgresql() == Postgresql(17, programs[17])
    assert api.database.embedded.discovery.find_postgresql(16) == Postgresql(16, programs[16])


def _pretend_postgresql(root: Path, version: int, postgis: str | None) -> Path:
    """An installation as far as the search looks at it."""
    programs, extensions = root / f"{version}/bin", root / f"{version}/share/extension"
    programs.mkdir(parents=True)
    extensions.mkdir(parents=True)
    for name in api.database.embedded.discovery.PROGRAMS:
        (programs / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}.1'\n")
        (programs / name).chmod(0o755)
    (extensions / "btree_gist.control").touch()
    if postgis is not None:
        (extensions / "postgis.control").write_text(f"default_version = '{postgis}'\n")
    return programs


def test_lock_of_a_dead_process_is_free(directory: Path) -> None:
    program = "import sys; from pathlib import Path; from api.database.embedded.cluster import PrivateCluster\n"
    program += "import os\nwith PrivateCluster(Path(sys.argv[1])).lock_for_serving(): os._exit(0)"
    subprocess.run([sys.executable, "-c", program, str(directory)], check=True)
    with (directory / "serve.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

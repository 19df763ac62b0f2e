"""One private PostgreSQL server: create, start, check and stop it with PostgreSQL's own programs."""

import hashlib
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from api.database.embedded.discovery import ClusterError, Postgresql
from api.database.embedded.os_user import OsUser
from api.database.embedded.processes import (
    find_end_reason,
    find_failure_reason,
    find_postmaster,
    has_ended,
    kill_orphans,
    read_command_line,
    rotate_log,
)

USER = "crossings"  # also the name of the database
PORT = 5432  # not of a network: part of the socket's file name

SETTINGS: Mapping[str, str] = {
    "jit": "off",  # costs more than it gains on statements of milliseconds
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Limit of the log that is replayed after a crash, so that the service is back within seconds.
    "max_wal_size": "256MB",
    # End the statements of a killed service, also while they compute or wait for a lock.
    "client_connection_check_interval": "2s",
    # Not in /dev/shm: containers give it 64 MB, and systemd empties it when the user logs out.
    "dynamic_shared_memory_type": "mmap",
}

# Large answers need blocks of megabytes. With the default pages of 4 kB, an answer with all points of the world spent
# an eighth of its time on getting pages. The GNU C library's manual describes the setting (since 2.35).
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}

PREPARE = """
SELECT 'CREATE DATABASE crossings' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'crossings') \\gexec
\\connect crossings
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
"""

PATIENCE_S = 300  # recovery after a crash is slow
LOOK_EVERY_S = 0.2
MIN_LINUX_FOR_SYNCFS = (5, 8)  # of Linux
# Waits for the seconds, and raises to abort the wait.
Pause = Callable[[float], None]


class ServerState(IntEnum):
    """Exit status of pg_isready."""

    READY = 0
    STARTING_OR_STOPPING = 1
    SILENT = 2


@dataclass(frozen=True)
class Server:
    """One server and its paths: `data` is PGDATA without symbolic links, `sockets` a directory of its user alone.

    Each method raises ClusterError with one line when PostgreSQL's program fails.
    """

    postgresql: Postgresql
    account: OsUser
    data: Path
    sockets: Path
    log: Path
    settings: Mapping[str, str]

    def build_url(self) -> str:
        """Return the URL with the port, since PGPORT in the environment would override the default."""
        return f"postgresql+asyncpg://{USER}@/crossings?host={self.sockets}&port={PORT}"

    def check_state(self) -> ServerState:
        result = subprocess.run(  # noqa: S603
            [self.postgresql.get_program_path("pg_isready"), "-q", "-d", "postgres", *self._build_socket_options()],
            env=_build_environment(),
            check=False,
            **self.account.build_identity(),
        )
        return ServerState(min(result.returncode, ServerState.SILENT))

    def wait_until_ready(self, pause: Pause = time.sleep) -> bool:
        """Wait while the server starts or stops, and return whether it answers."""
        give_up_at = time.monotonic() + PATIENCE_S
        while (state := self.check_state()) is ServerState.STARTING_OR_STOPPING and time.monotonic() < give_up_at:
            pause(0.1)
        return state is ServerState.READY

    def wait_until_ended(self, pause: Pause) -> str:
        """Wait until the postmaster has ended, and return the reason from its log."""
        process = find_postmaster(self.data)
        while process is not None and not has_ended(process, LOOK_EVERY_S):
            pause(0)
        return find_end_reason(self.log)

    def kill_orphans(self) -> None:
        """Kill the processes of a server after its postmaster was killed; do nothing while that lives."""
        if find_postmaster(self.data) is None:
            kill_orphans(self._name, self.account.uid)

    def create_cluster(self, lock: int) -> None:
        """Create a cluster in `data`, an empty directory. The programs hold `lock` as long as they live."""
        sync = [] if self.settings.get("fsync", "on") == "on" else ["--no-sync"]
        kind = ["--encoding=UTF8", f"--locale={_choose_locale()}", "--data-checksums", "--auth=trust"]
        self._run("initdb", "-D", str(self.data), "-U", USER, *kind, "--no-instructions", *sync, lock=lock)

    def start(self, lock: int, pause: Pause = time.sleep) -> None:
        """Start the server; no other may run. It holds `lock` as long as it lives.

        Remove the files of a killed server first: PostgreSQL would refuse to start if another process of the same user
        has the process id in them, as happens after a restart of a container.
        """
        if (process := find_postmaster(self.data)) is not None:
            raise ClusterError(f"{self.data} is used by another PostgreSQL server, process {process}: stop it first")
        self.account.create_private_directory(self.sockets)
        for stale in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        rotate_log(self.log)
        options = shlex.join(f"--{name}={value}" for name, value in self._merge_settings().items())
        command = ("pg_ctl", "start", "-s", "-w", f"-t{PATIENCE_S}", "-D", str(self.data), "-o", options)
        self._run(*command, lock=lock, pause=pause)

    def prepare(self) -> None:
        """Create the database and its extensions if they are missing."""
        self._run(
            "psql", "-X", "-q", "-vON_ERROR_STOP=1", "-d", "postgres", *self._build_socket_options(), text=PREPARE
        )

    def stop(self) -> None:
        """Stop the server in good order and end its connections; do nothing if it does not run."""
        if self.check_state() is not ServerState.SILENT or self._is_launched():
            self._run("pg_ctl", "stop", "-s", "-w", f"-t{PATIENCE_S}", "-m", "fast", "-D", str(self.data))
        with suppress(OSError):
            self.sockets.rmdir()

    def _is_launched(self) -> bool:
        """Return whether the server lives, even before it listens; False for a server that a person started by hand."""
        process = find_postmaster(self.data)
        return process is not None and f"--cluster_name={self._name}" in read_command_line(process)

    @property
    def _name(self) -> str:
        """Name in the titles of its processes, which identifies them."""
        return f"crossings-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"

    def _merge_settings(self) -> dict[str, str]:
        own = {
            "cluster_name": self._name,
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
        }
        return {**SETTINGS, **_sync_before_recovery(), **self.settings, **own}

    def _build_socket_options(self) -> tuple[str, ...]:
        return "-h", str(self.sockets), "-p", str(PORT), "-U", USER

    def _run(
        self, program: str, *arguments: str, lock: int | None = None, text: str = "", pause: Pause = time.sleep
    ) -> None:
        """Run one of PostgreSQL's programs on the text, with its output in the log; kill it if `pause` raises.

        The program has its own session, so that the terminal's Ctrl-C reaches this process alone, which then stops the
        server in good order.
        """
        with self.log.open("ab") as log:
            begin = log.tell()
            with subprocess.Popen(  # noqa: S603
                [self.postgresql.get_program_path(program), *arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_build_environment(),
                pass_fds=() if lock is None else (lock,),
                start_new_session=True,
                **self.account.build_identity(),
            ) as running:
                _wait_for(running, text, pause)
        if running.returncode != 0:
            raise ClusterError(f"{program} failed: {find_failure_reason(self.log, begin)}; see {self.log}")


def _wait_for(running: subprocess.Popen[bytes], text: str, pause: Pause) -> None:
    """Write the text, which is less than a pipe holds, to the program and wait until it has ended."""
    try:
        if running.stdin is not None:
            with suppress(BrokenPipeError), running.stdin as stdin:
                stdin.write(text.encode())
        while running.poll() is None:
            pause(0.02)
    except BaseException:
        running.kill()
        raise


def _sync_before_recovery() -> dict[str, str]:
    """Return the setting with which a killed server writes all its files to disk in one go before it recovers.

    File by file, the default, 1,500 files took 2 to 6 s beside other work. One go is as durable from Linux 5.8 on, by
    PostgreSQL's manual; other systems keep the default.
    """
    if sys.platform != "linux" or tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) < MIN_LINUX_FOR_SYNCFS:
        return {}
    return {"recovery_init_sync_method": "syncfs"}


def _build_environment() -> dict[str, str]:
    """Build our environment without variables that redirect PostgreSQL's programs, and in English, to parse errors."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**LARGE_PAGES, **inherited, "LC_ALL": "C", "PGOPTIONS": "-c client_min_messages=warning"}


def _choose_locale() -> str:
    """Return C.UTF-8, which sorts by code point and handles letters beyond ASCII, or C on systems without it."""
    command = [sys.executable, "-ISc", "import locale; locale.setlocale(locale.LC_ALL, 'C.UTF-8')"]
    return "C.UTF-8" if subprocess.run(command, capture_output=True, check=False).returncode == 0 else "C"  # noqa: S603

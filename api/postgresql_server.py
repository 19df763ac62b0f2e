"""One private PostgreSQL server: made, started, asked how it is and stopped, with PostgreSQL's own programs."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from api.postgresql import ClusterError, Postgresql
from api.postgresql_account import Account

USER = "crossings"  # and so is the database called
PORT = 5432  # of no network: it is part of the socket's file name

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
    # Not in /dev/shm: containers give it 64 MB, and systemd empties it when the user logs out.
    "dynamic_shared_memory_type": "mmap",
}

# Large answers are put together in pieces of memory of megabytes. In pages of 4 kB, as they come else, an eighth of the
# time of all points of the world went into having the pages. As the GNU C library's manual has it (since 2.35).
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}

PREPARE = """
SELECT 'CREATE DATABASE crossings' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'crossings') \\gexec
\\connect crossings
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
"""

PATIENCE_S = 300  # a server that recovers after a crash takes its time
FULL_DISK_BYTES = 1_000_000
LARGEST_LOG_BYTES = 10_000_000


class State(IntEnum):
    """What pg_isready answers."""

    READY = 0
    STARTING_OR_STOPPING = 1
    SILENT = 2


@dataclass(frozen=True)
class Server:
    """A server and its places: `data` is PGDATA without symbolic links, `sockets` a directory of its user alone.

    Each method raises ClusterError with one line when PostgreSQL's program fails.
    """

    postgresql: Postgresql
    account: Account
    data: Path
    sockets: Path
    log: Path
    settings: Mapping[str, str]

    def database_url(self) -> str:
        """With the port, or PGPORT in the environment would lead elsewhere."""
        return f"postgresql+asyncpg://{USER}@/crossings?host={self.sockets}&port={PORT}"

    def state(self) -> State:
        asked = subprocess.run(  # noqa: S603
            [self.postgresql.program("pg_isready"), "-q", "-d", "postgres", *self._at_socket()],
            env=_environment(),
            check=False,
            **self.account.identity(),
        )
        return State(min(asked.returncode, State.SILENT))

    def wait_until_ready(self) -> bool:
        """Whether it answers; one that starts or stops is waited for."""
        give_up_at = time.monotonic() + PATIENCE_S
        while (state := self.state()) is State.STARTING_OR_STOPPING and time.monotonic() < give_up_at:
            time.sleep(0.1)
        return state is State.READY

    def make(self, lock: int) -> None:
        """Make a new cluster in `data`, an empty directory. `lock` is held by the programs as long as they live."""
        sync = [] if self.settings.get("fsync", "on") == "on" else ["--no-sync"]
        kind = ["--encoding=UTF8", f"--locale={_locale()}", "--data-checksums", "--auth=trust"]
        self._run("initdb", "-D", str(self.data), "-U", USER, *kind, "--no-instructions", *sync, lock=lock)

    def start(self, lock: int) -> None:
        """Start it, where no server may be running. `lock` is held by the server as long as it lives.

        What a killed server left is removed first: PostgreSQL would refuse to start if the process id written
        there is by now that of another process of the same user, as happens after a restart of a container.
        """
        if (process := _postmaster(self.data)) is not None:
            raise ClusterError(f"{self.data} is used by a PostgreSQL started by hand, process {process}: stop it first")
        self.account.private_directory(self.sockets)
        for stale in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        options = shlex.join(f"--{name}={value}" for name, value in self._all_settings().items())
        self._run("pg_ctl", "start", "-s", "-w", f"-t{PATIENCE_S}", "-D", str(self.data), "-o", options, lock=lock)

    def prepare(self) -> None:
        """Make the database and its extensions, as far as they are missing."""
        self._run("psql", "-X", "-q", "-vON_ERROR_STOP=1", "-d", "postgres", *self._at_socket(), text=PREPARE)

    def stop(self) -> None:
        """Stop it in good order, ending its connections; nothing if it does not run."""
        if self.state() is not State.SILENT:
            self._run("pg_ctl", "stop", "-s", "-w", f"-t{PATIENCE_S}", "-m", "fast", "-D", str(self.data))
        with suppress(OSError):
            self.sockets.rmdir()

    def _all_settings(self) -> dict[str, str]:
        own = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
        }
        return {**SETTINGS, **self.settings, **own}

    def _at_socket(self) -> tuple[str, ...]:
        return "-h", str(self.sockets), "-p", str(PORT), "-U", USER

    def _run(self, program: str, *arguments: str, lock: int | None = None, text: str = "") -> None:
        """Run one of PostgreSQL's programs, what it says going to the log.

        In a session of its own, so that the terminal's Ctrl-C reaches us alone and we stop the server in good order.
        """
        with self.log.open("ab") as log:
            begin = log.tell()
            ended = subprocess.run(  # noqa: S603
                [self.postgresql.program(program), *arguments],
                input=text.encode(),
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                pass_fds=() if lock is None else (lock,),
                start_new_session=True,
                check=False,
                **self.account.identity(),
            )
        if ended.returncode != 0:
            raise ClusterError(f"{program} failed: {self._reason(begin)}; see {self.log}")

    def _reason(self, begin: int) -> str:
        """What the log says since `begin`, in one line: the first error, else the last words."""
        with self.log.open("rb") as log:
            log.seek(begin)
            said = log.read().decode(errors="replace")
        if (error := re.search(r"(?:FATAL|PANIC|ERROR|error): +(.+)", said)) is not None:
            return error.group(1)
        if shutil.disk_usage(self.log.parent).free < FULL_DISK_BYTES:
            return "the disk is full"
        return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it gave no reason")


def _environment() -> dict[str, str]:
    """Ours without what would lead PostgreSQL's programs elsewhere, and in English, as their errors are read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**LARGE_PAGES, **kept, "LC_ALL": "C", "PGOPTIONS": "-c client_min_messages=warning"}


def _locale() -> str:
    """C.UTF-8 sorts by code point and knows the letters beyond ASCII; C, for systems without it, only sorts."""
    ask = [sys.executable, "-ISc", "import locale; locale.setlocale(locale.LC_ALL, 'C.UTF-8')"]
    return "C.UTF-8" if subprocess.run(ask, capture_output=True, check=False).returncode == 0 else "C"  # noqa: S603


def _postmaster(data: Path) -> int | None:
    """The process that postmaster.pid names, if it lives and is a PostgreSQL server not known to be another's."""
    try:
        process = abs(int((data / "postmaster.pid").read_text().partition("\n")[0]))
    except (FileNotFoundError, ValueError):
        return None
    words = _command_line(process)
    if not words or Path(words[0]).name not in {"postgres", "postmaster"}:
        return None
    directory = _directory_of(process, words)
    return process if directory is None or directory == data else None


def _command_line(process: int) -> list[str]:
    if Path("/proc/self").exists():
        with suppress(OSError):
            return Path(f"/proc/{process}/cmdline").read_text(errors="replace").split("\0")
        return []
    listed = ["/bin/ps", "-ww", "-o", "command=", "-p", str(process)]
    return subprocess.run(listed, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603


def _directory_of(process: int, words: list[str]) -> Path | None:
    """A server's data directory is where it works; where that may not be seen, as in containers, what -D said."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cwd").readlink()
    if "-D" in words[:-1]:
        return Path(words[words.index("-D") + 1]).resolve()
    return None

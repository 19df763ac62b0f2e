"""The private PostGIS cluster of a data directory, shared by all processes that use the directory.

In the data directory:

    postgresql/      the cluster, or a symbolic link to it
    postgresql.log   the log of PostgreSQL and its programs
    socket/          the server's socket, if the path is short and plain enough
    serve.lock       held by the one process that serves, and contains its process id
    use.lock         shared by the processes that use the server; the last one, which can lock it alone, stops it
    start.lock       held while the server is started or stopped
    server.lock      held by the server while any of its processes lives

A lock ends with its process, also after a kill. After `kill -9` the server runs on, and the next start uses it.
A killed server is started again by the process that serves (`supervisor.py` in this folder), or by the next process
that uses it: by the first that gets start.lock.
"""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from api.concurrency.file_lock import try_lock
from api.concurrency.parent_process import exit_on_termination
from api.database.embedded import discovery as postgresql
from api.database.embedded.discovery import ClusterError, Postgresql, PostgresqlMissing
from api.database.embedded.os_user import OsUser
from api.database.embedded.server import PATIENCE_S, Pause, Server, ServerState

__all__ = ["ClusterError", "ClusterInUse", "PrivateCluster"]

# Root stores a cluster here if the unprivileged user cannot reach the data directory.
ELSEWHERE = Path("/var/lib/crossings")
MAX_SOCKET_BYTES = 103  # macOS; Linux has 107


class ClusterInUse(ClusterError):
    """Data directory that another process serves."""


class PrivateCluster:
    """The cluster of a data directory, with settings of PostgreSQL that apply when this process starts the server."""

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        self.directory = directory.expanduser().resolve()
        self.settings = settings or {}
        self._place = self.directory / "postgresql"
        self._running_server: Server | None = None

    @contextmanager
    def lock_for_serving(self) -> Iterator[None]:
        """Lock the directory, so that one process alone serves it. Raises ClusterInUse."""
        with self._open_lock_file("serve.lock") as lock:
            self._claim(lock)
            yield

    def _claim(self, lock: int) -> None:
        with self._wrap_errors():
            if not try_lock(lock):
                owner = os.pread(lock, 20, 0).decode().strip() or "not yet known"
                raise ClusterInUse(f"{self.directory} is already being served, by process {owner}")
            os.truncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)

    @contextmanager
    def run_server(self) -> Iterator[str]:
        """Run the server until the block ends, and yield the address of its database. Raises ClusterError."""
        with exit_on_termination(), self._open_lock_file("use.lock") as use:
            server = self._running_server = self._enter(use)
            try:
                self._start(server)
                self._prepare(server)
                yield server.build_url()
            finally:
                self._running_server = None
                self._leave(server, use)

    def wait_until_ended(self, pause: Pause) -> str:
        """Wait until the server has ended unexpectedly, and return the reason."""
        return self._get_server().wait_until_ended(pause)

    def restart_server(self, pause: Pause) -> None:
        """Start the server that has ended, or use the server that another process has started. Raises ClusterError.

        An exception of `pause` aborts the start, as when this process has to exit.
        """
        self._start(self._get_server(), pause)

    def is_starting(self) -> bool:
        """Return whether the server lives but does not answer yet, as during recovery."""
        return self._get_server().check_state() is ServerState.STARTING_OR_STOPPING

    def _get_server(self) -> Server:
        if self._running_server is None:
            raise ClusterError(f"the private PostgreSQL in {self.directory} is not in use")
        return self._running_server

    def _enter(self, use: int) -> Server:
        """Register as a user of the cluster, and create a missing one; from here on no other process stops it."""
        with self._wrap_errors(), self._lock_start():
            fcntl.flock(use, fcntl.LOCK_SH)
            account = OsUser.choose_for_cluster(self._place)
            _grant_traversal(self.directory, account)
            if not os.path.lexists(self._place):
                self._create_cluster(account)
            return self._build_server(self._find_postgresql(), account, self._place.resolve())

    def _start(self, server: Server, pause: Pause = time.sleep) -> None:
        """Start the server unless it runs; end the processes of a killed server first."""

        def is_ready() -> bool:
            server.kill_orphans()
            return server.wait_until_ready(pause)

        with self._wrap_errors(), self._lock_start(pause), self._open_lock_file("server.lock") as lock:
            if self._take(lock, is_ready, pause):
                server.start(lock, pause)

    def _prepare(self, server: Server) -> None:
        with self._wrap_errors(), self._lock_start():
            server.prepare()

    def _leave(self, server: Server, use: int) -> None:
        with self._wrap_errors(), self._lock_start():
            if try_lock(use):
                server.stop()
            fcntl.flock(use, fcntl.LOCK_UN)

    def _create_cluster(self, account: OsUser) -> None:
        """Create the cluster under another name and rename it, so that an incomplete cluster is never used."""
        programs, new = postgresql.find_postgresql(), self.directory / "postgresql.new"
        with self._open_lock_file("server.lock") as lock:
            self._take(lock)  # programs of a killed start may still run
            _discard(new)
            target = _create_outside_directory(new, account) if not account.can_reach(self.directory) else new
            account.create_private_directory(target)
            self._build_server(programs, account, target).create_cluster(lock)
            new.rename(self._place)

    def _find_postgresql(self) -> Postgresql:
        """Find PostgreSQL of the version that created the cluster: no other version can open it."""
        try:
            version = int((self._place / "PG_VERSION").read_text())
        except FileNotFoundError:
            raise ClusterError(f"{self._place} has no PostgreSQL cluster: remove it to start with a new one") from None
        try:
            return postgresql.find_postgresql(version)
        except PostgresqlMissing as missing:
            raise ClusterError(f"the data in {self._place} needs PostgreSQL {version}: {missing}") from missing

    def _build_server(self, programs: Postgresql, account: OsUser, data: Path) -> Server:
        log = self.directory / "postgresql.log"
        return Server(programs, account, data, self._choose_socket_directory(account), log, self.settings)

    def _choose_socket_directory(self, account: OsUser) -> Path:
        """Choose a directory beside the cluster if possible: a socket's path is short, and it is also part of a URL."""
        beside = self.directory / "socket"
        plain = re.fullmatch(r"[A-Za-z0-9_./-]+", str(beside)) is not None
        if plain and len(str(beside)) + len("/.s.PGSQL.5432") <= MAX_SOCKET_BYTES and account.can_reach(self.directory):
            return beside
        name = hashlib.sha256(os.fsencode(f"{account.uid} {self.directory}")).hexdigest()[:16]
        return Path("/tmp") / f"crossings-{name}"  # noqa: S108  # refused unless it is ours alone

    @contextmanager
    def _lock_start(self, pause: Pause = time.sleep) -> Iterator[None]:
        with self._open_lock_file("start.lock") as lock:
            while not try_lock(lock):
                pause(0.05)
            yield

    @contextmanager
    def _open_lock_file(self, name: str) -> Iterator[int]:
        """Open a lock file; child processes inherit it only if it is passed to them."""
        with self._wrap_errors():
            self.directory.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            yield lock
        finally:
            os.close(lock)

    def _take(self, lock: int, unless: Callable[[], bool] = lambda: False, pause: Pause = time.sleep) -> bool:
        """Wait for a lock; return False if `unless` becomes true first."""
        give_up_at = time.monotonic() + PATIENCE_S
        while not try_lock(lock):
            if unless():
                return False
            if time.monotonic() > give_up_at:
                raise ClusterError(
                    f"a PostgreSQL server that does not respond is using {self.directory}: stop it first"
                )
            pause(0.1)
        return True

    @contextmanager
    def _wrap_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, subprocess.SubprocessError) as error:
            raise ClusterError(f"the private PostgreSQL in {self.directory} cannot be used: {error}") from error


def _grant_traversal(directory: Path, account: OsUser) -> None:
    """Let the unprivileged user traverse our directory, if that directory alone is in the way, as after `mktemp -d`."""
    if account.can_reach(directory.parent) and not account.can_reach(directory):
        directory.chmod(stat.S_IMODE(directory.stat().st_mode) | 0o111)


def _create_outside_directory(link: Path, account: OsUser) -> Path:
    """Create a directory that the unprivileged user reaches; create its link first, so that none is orphaned."""
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    _grant_traversal(ELSEWHERE, account)
    target = ELSEWHERE / secrets.token_hex(8)
    link.symlink_to(target)
    return target


def _discard(half_made: Path) -> None:
    if half_made.is_symlink():
        shutil.rmtree(half_made.readlink(), ignore_errors=True)
        half_made.unlink()
    elif half_made.exists():
        shutil.rmtree(half_made)

"""A streaming replica, and a PgBouncer in front of a server: real ones of this machine, for as long as a test lasts."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from helpers.servers.clients import PGBOUNCER
from helpers.servers.service import reserve_port
from sqlalchemy import make_url

from api.database.embedded import discovery as postgresql
from api.database.embedded.os_user import OsUser
from api.database.embedded.server import Server

PATIENCE_S = 60


def find_sockets(address: str) -> str:
    """Where the server of a private cluster listens."""
    host = make_url(address).query["host"]
    return host if isinstance(host, str) else host[0]


def start_replica(address: str, directory: Path) -> Server:
    """A replica of that server, started, with its files in the directory; the caller stops it."""
    account = _choose_owner(directory)
    installed = postgresql.find_postgresql()
    data = directory / "postgresql"
    command = [
        installed.get_program_path("pg_basebackup"),
        "-h",
        find_sockets(address),
        "-U",
        "crossings",
        "-D",
        str(data),
        "-R",
    ]
    # Not spread over minutes, so as to spare a server that nobody else uses.
    command.append("--checkpoint=fast")
    subprocess.run(command, check=True, cwd="/", **account.build_identity())
    log = directory / "log"
    log.touch()
    server = Server(installed, account, data, directory / "socket", log, {"shared_buffers": "32MB"})
    with (directory / "lock").open("w") as lock:
        server.start(lock.fileno())
    return server


def _wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(PATIENCE_S * 10):
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)


def _choose_owner(directory: Path) -> OsUser:
    """Who runs PostgreSQL's programs; as root that is somebody who cannot look into our temporary directories."""
    directory.parent.chmod(0o711)
    account = OsUser.choose_for_cluster(directory)
    account.create_private_directory(directory)
    return account


def build_replica_address(address: str, replica: Server) -> str:
    """The same database on the replica."""
    return make_url(address).update_query_dict({"host": str(replica.sockets)}).render_as_string(hide_password=False)


@contextmanager
def run_pgbouncer(address: str, directory: Path) -> Iterator[str]:
    """The address of that database through PgBouncer, which gives each transaction whichever server is free."""
    account = _choose_owner(directory)
    port, name = reserve_port(), make_url(address).database
    settings = directory / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{name} = host={find_sockets(address)} port=5432 user=crossings dbname={name}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = transaction\n"
        f"default_pool_size = 4\nunix_socket_dir =\nignore_startup_parameters = extra_float_digits\n"
    )
    settings.chmod(0o644)
    shutil.chown(settings, account.uid, account.gid)
    with subprocess.Popen(
        [PGBOUNCER, "-q", str(settings)], cwd="/", stderr=subprocess.DEVNULL, **account.build_identity()
    ) as process:
        _wait_for(port)
        try:
            yield f"postgresql://crossings@127.0.0.1:{port}/{name}"
        finally:
            process.terminate()
            process.wait(PATIENCE_S)

"""The attacked service: `crossings serve` in a process of its own, on a private PostGIS in a data directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.database.embedded.cluster import PrivateCluster
from benchmarks.overload.http_connection import HOST
from benchmarks.peers.crossings import COMMAND
from benchmarks.servers.process import find_free_port, run_process


@dataclass(frozen=True, slots=True)
class Service:
    """A service that answers at `port`; `process` is its id, `data` its data directory."""

    port: int
    process: int
    data: Path

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"


@contextmanager
def run_service(data: Path, log: Path, **settings: str) -> Iterator[Service]:
    """Serve the data directory until the block ends; nothing of the service runs afterwards."""
    port = find_free_port()
    scratch = log.with_suffix(".tmp")
    scratch.mkdir(exist_ok=True)
    environment = build_environment(data) | {"HOST": HOST, "PORT": str(port), "TMPDIR": str(scratch)} | settings
    ready = f"http://{HOST}:{port}/health/ready"
    try:
        with run_process([COMMAND, "serve"], ready=ready, log=log, more=environment) as process:
            yield Service(port, process, data)
    finally:
        stop_database(data)


def build_environment(data: Path) -> dict[str, str]:
    """Settings with which a command uses the private PostGIS of the data directory."""
    return {"CROSSINGS_DATA_DIR": str(data), "DATABASE_URL": "", "DATABASE_READ_URL": ""}


def stop_database(data: Path) -> None:
    """Stop a PostgreSQL that outlived its service, as one does whose service was killed."""
    if (data / "postgresql/postmaster.pid").exists():
        with PrivateCluster(data).run_server():
            pass


def read_postmaster(data: Path) -> int | None:
    """The process id of the PostgreSQL server, if one wrote its file."""
    try:
        return int((data / "postgresql").resolve().joinpath("postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def is_running(process: int) -> bool:
    return Path(f"/proc/{process}").exists()

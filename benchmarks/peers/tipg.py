"""tipg from PyPI: FastAPI on asyncpg as we are, prepared statements and a pool by itself, uvloop."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from benchmarks.peers.served import Place, Served
from benchmarks.peers.shared_schema import SCHEMA
from benchmarks.servers.process import find_free_port, run_process

NAME, LEAN = "tipg", "tipg, few columns"


@contextmanager
def run_tipg(place: Place) -> Iterator[Served]:
    with _run_tipg(place, NAME) as one:
        yield one


@contextmanager
def run_lean_tipg(place: Place) -> Iterator[Served]:
    """The same, to be asked for fewer columns than our answer has."""
    with _run_tipg(place, LEAN) as one:
        yield one


@contextmanager
def _run_tipg(place: Place, name: str) -> Iterator[Served]:
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    command = [place.program("tipg", "uvicorn"), "tipg.main:app", "--port", str(port)]
    quiet = ["--no-access-log", "--log-level", "warning"]
    with run_process(
        [*command, *quiet], ready=address, log=place.scratch / "tipg.log", more=_build_settings(place)
    ) as process:
        yield Served(name, address, process)


def _build_settings(place: Place) -> dict[str, str]:
    """Only our schema, and nothing computed at the start that no request needs."""
    options = "jit=off&statement_timeout=60s"
    return {
        "DATABASE_URL": f"postgresql://crossings@{quote(place.socket, safe='')}:5432/crossings?{options}",
        "TIPG_DB_SCHEMAS": f'["{SCHEMA}"]',
        "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
        "TIPG_DB_ONLY_SPATIAL_TABLES": "false",
    }

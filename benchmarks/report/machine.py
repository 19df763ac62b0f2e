"""The machine and the versions that figures belong to."""

import datetime as dt
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.settings import get_project_directory
from benchmarks.peers.mapserver import LIGHTTPD, PROGRAM

OF_OURS = ("fastapi", "uvicorn", "uvloop", "sqlalchemy", "asyncpg")
OF_PEERS = {"tipg": ("tipg", "fastapi", "asyncpg"), "pygeoapi": ("pygeoapi", "starlette", "sqlalchemy")}


async def describe_machine(connection: AsyncConnection, peers: Path) -> str:
    """A list of the machine, the day, the commit and all versions, as Markdown."""
    postgresql, postgis = (await connection.execute(text("SELECT version(), postgis_lib_version()"))).one()
    lines = [
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, commit {_read_commit()}",
        f"{os.cpu_count()} processors: {_read_processor()}, {_read_memory_gb():.0f} GB of memory",
        f"System: {platform.platform()}",
        f"Load of the machine before this began: {os.getloadavg()[0]:.1f}",
        f"{postgresql.split(' on ')[0]}, PostGIS {postgis}, Python {platform.python_version()}",
        "Crossings: " + ", ".join(f"{name} {version(name)}" for name in OF_OURS),
        *(_read_versions(peers / name, packages) for name, packages in OF_PEERS.items()),
        f"{_read_first_words(PROGRAM, '-v')}, {_read_first_words(LIGHTTPD, '-v')}, {_read_first_words('wrk', '-v')}",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _read_commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=get_project_directory(),
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() or "unknown"


def _read_processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _read_memory_gb() -> float:
    return int(Path("/proc/meminfo").read_text().split()[1]) / 1e6


def _read_versions(environment: Path, packages: tuple[str, ...]) -> str:
    ask = f"from importlib.metadata import version; print(*(f'{{p}} {{version(p)}}' for p in {packages!r}), sep=', ')"
    said = subprocess.run([environment / "bin/python", "-c", ask], capture_output=True, text=True, check=True).stdout
    return said.strip()


def _read_first_words(program: str, option: str) -> str:
    """Name and version; wrk tells them with the error that it was given nothing to do."""
    told = subprocess.run([program, option], capture_output=True, text=True, check=False)
    return " ".join((told.stdout or told.stderr).split()[:3])

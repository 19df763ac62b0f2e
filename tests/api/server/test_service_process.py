"""The command `crossings serve`, as its users start and stop it."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from conftest import create_database
from helpers.servers.service import CROSSINGS, PATIENCE_S, build_environment, reserve_port, run_command, run_service

from api.imports.seed_data import SEED_FILES


@pytest.fixture(scope="module")
def directory() -> Iterator[str]:
    """A data directory, made and filled by the first test that serves from it."""
    with TemporaryDirectory(prefix="crossings-") as path:
        yield path


def postgres_of(directory: str) -> list[str]:
    found = subprocess.run(["pgrep", "-f", f"postgres.*{directory}"], capture_output=True, text=True, check=False)
    return found.stdout.split()


def test_empty_directory_is_filled_and_served_and_left_clean(directory: str) -> None:
    told = build_environment(directory)
    with run_service(told) as process:
        address = f"http://127.0.0.1:{told['PORT']}/collections/points-of-entry/items"
        assert httpx.get(address, params={"limit": 1}, timeout=PATIENCE_S).json()["numberMatched"] == 10494
    assert process.returncode == 0
    assert postgres_of(directory) == []


def test_second_start_on_the_same_directory_is_refused_in_one_line(directory: str) -> None:
    told = build_environment(directory)
    with run_service(told) as process:
        second = run_command(told | {"PORT": str(reserve_port())}, "serve")
        assert second.returncode == 1
        assert second.stderr.splitlines() == [
            f"crossings: {Path(directory).resolve()} is already being served, by process {process.pid}"
        ]


def test_files_can_be_loaded_while_it_serves(directory: str) -> None:
    told = build_environment(directory)
    with run_service(told):
        loaded = run_command(told, "load", "shipped")
        assert (loaded.returncode, loaded.stderr.count("nothing changed")) == (0, len(SEED_FILES))
        assert httpx.get(f"http://127.0.0.1:{told['PORT']}/health/ready", timeout=PATIENCE_S).is_success


def test_it_starts_again_after_being_killed(directory: str) -> None:
    told = build_environment(directory)
    with run_service(told) as process:
        process.kill()
        process.communicate()
        with run_service(told):
            pass
    assert postgres_of(directory) == []


def test_port_that_is_taken_is_one_clear_line(directory: str) -> None:
    told = build_environment(directory)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(told["PORT"])))
        taken.listen()
        refused = run_command(told, "serve")
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(
        f"crossings: cannot listen on 127.0.0.1, port {told['PORT']}: address"
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing", "cannot reach PostgreSQL at postgresql"),
        ("mysql://root@localhost/x", "DATABASE_URL is not a PostgreSQL address"),
        ("nonsense", "DATABASE_URL is not"),
    ],
)
def test_database_that_cannot_be_used_is_one_clear_line(directory: str, address: str, said: str) -> None:
    refused = run_command(build_environment(directory, DATABASE_URL=address), "serve")
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"crossings: {said}")


def test_database_without_postgis_is_one_clear_line(directory: str, server: str) -> None:
    with create_database(server) as address:
        refused = run_command(build_environment(directory, DATABASE_URL=address), "serve")
    (line,) = refused.stderr.splitlines()
    assert "the extension postgis is missing" in line


def test_schema_that_is_not_migrated_is_one_clear_line(directory: str, server: str) -> None:
    with create_database(server) as address:
        told = build_environment(directory, DATABASE_URL=address)
        assert run_command(told, "migrate").returncode == 0
        subprocess.run(
            [CROSSINGS.with_name("alembic"), "downgrade", "-1"], env=told, cwd=Path(__file__).parents[3], check=True
        )
        refused = run_command(told, "serve")
    (line,) = refused.stderr.splitlines()
    assert line.endswith("run `crossings migrate`")

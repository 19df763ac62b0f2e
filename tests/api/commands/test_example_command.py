"""`crossings example-weeks` where there is nothing to speak of yet."""

from pathlib import Path

from conftest import create_database
from helpers.servers.service import build_environment, run_command


def test_example_weeks_without_a_register_are_one_clear_line(tmp_path: Path, server: str) -> None:
    with create_database(server) as address:
        own = build_environment(str(tmp_path), DATABASE_URL=address)
        assert run_command(own, "migrate").returncode == 0
        refused = run_command(own, "example-weeks", "--weeks", "1")
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert line.startswith("crossings: there are no points of entry on 2020-06-03")
    assert "crossings load shipped" in line

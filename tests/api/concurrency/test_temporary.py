"""What killed processes leave in the temporary directory is removed by the next that serves, and nothing else."""

import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.concurrency.temporary import create_temporary_directory, get_process_directory, remove_leftovers
from api.database.embedded.processes import has_ended
from api.formats.subprocess_writer import FileWriteError, write_in_subprocess

pytestmark = pytest.mark.slow

PATIENCE_S = 60
# Makes a directory, says which, and waits until it is killed or its standard input ends.
PROGRAM = """
import sys
from api.concurrency.temporary import create_temporary_directory
directory = create_temporary_directory()
(directory / "half-written.csv").write_text("x")
print(directory, flush=True)
sys.stdin.read()
"""
# Starts a process that works without end, says which, and waits.
PARENT = '''
import os, subprocess, sys
child = """
import sys
from api.concurrency.child_processes import exit_with_parent
exit_with_parent(int(sys.argv[1]))
print("working", flush=True)
while True:
    pass
"""
with subprocess.Popen([sys.executable, "-c", child, str(os.getpid())], stdout=subprocess.PIPE) as process:
    process.stdout.readline()
    print(process.pid, flush=True)
    sys.stdin.read()
'''


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary directory of the test's own, for this process and those that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    get_process_directory.cache_clear()
    yield tmp_path
    get_process_directory.cache_clear()


@contextmanager
def running(program: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, and what it says first."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip()


def test_files_of_a_killed_process_are_removed(place: Path) -> None:
    with running(PROGRAM) as (process, said):
        process.kill()
    assert (Path(said) / "half-written.csv").exists()
    remove_leftovers()
    assert list(place.iterdir()) == []


def test_files_of_a_running_process_stay_until_it_ends(place: Path) -> None:
    with running(PROGRAM) as (_, said):
        remove_leftovers()
        assert (Path(said) / "half-written.csv").exists()
    assert list(place.iterdir()) == []


def test_own_directory_stays() -> None:
    directory = create_temporary_directory()
    remove_leftovers()
    assert directory.is_dir()


@pytest.mark.parametrize("name", ["crossings-run-", "crossings-", "crossings-run", "tmp"])
def test_directory_without_a_lock_stays(name: str) -> None:
    other = Path(tempfile.mkdtemp(prefix=name))
    (other / "file").touch()
    remove_leftovers()
    assert (other / "file").exists()


def test_directory_of_another_name_stays_even_with_a_lock(place: Path) -> None:
    other = place / "crossings-12345678"
    other.mkdir()
    (other / "lock").touch()
    remove_leftovers()
    assert other.exists()


def test_link_and_its_target_stay(place: Path) -> None:
    target = place / "other"
    target.mkdir()
    (target / "lock").touch()
    (place / "crossings-run-12345678").symlink_to(target)
    remove_leftovers()
    assert (target / "lock").exists()


def test_directory_of_another_user_stays(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = place / "crossings-run-12345678"
    other.mkdir()
    (other / "lock").touch()
    with monkeypatch.context() as patched:
        patched.setattr(os, "geteuid", lambda: os.getuid() + 1)
        remove_leftovers()
    assert other.exists()
    remove_leftovers()
    assert not other.exists()


def test_directory_that_was_tidied_away_is_made_again(place: Path) -> None:
    first = create_temporary_directory()
    first.rmdir()
    for path in first.parent.iterdir():
        path.unlink()
    first.parent.rmdir()
    assert create_temporary_directory().is_dir()
    remove_leftovers()
    assert len(list(place.iterdir())) == 1


def test_process_ends_when_its_parent_was_killed() -> None:
    with running(PARENT) as (parent, said):
        parent.kill()
    assert has_ended(int(said), PATIENCE_S)


async def no_lines() -> AsyncIterator[str]:
    return
    yield


async def test_program_that_writes_a_file_has_its_temporary_files_beside_it(place: Path) -> None:
    module = place / "tells_where.py"
    module.write_text("import tempfile; raise SystemExit(tempfile.gettempdir())")
    directory = create_temporary_directory()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(place))
        with pytest.raises(FileWriteError, match=str(directory)):
            await write_in_subprocess("tells_where", directory / "file.xlsx", no_lines())

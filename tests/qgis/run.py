"""Run the checks beside this file in each QGIS that is installed below a folder: run.py FOLDER [SCRIPT...].

A service is started for them, with the shipped data, three weeks of example assessments, and an office's key for
Serbia. It prints one line for each check, and exits with 1 if one failed or a QGIS crashed.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from helpers.servers.service import Environment, build_environment, get_address, run_command, run_service  # noqa: E402

SCRIPTS = ("reading.py", "filtering.py", "days.py", "editing.py", "drawing.py")
INSIDE = "opt/crossings"
PATIENCE_S = 900


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    scripts = sys.argv[2:] or SCRIPTS
    suites = sorted(each.parent for each in folder.glob("*/installed"))
    if not suites:
        sys.stderr.write(f"there is no QGIS below {folder}: make test-qgis installs it\n")
        return 1
    with TemporaryDirectory() as directory, _service(directory) as (address, key):
        return max(_run_script(suite, script, address, key) for suite in suites for script in scripts)


@contextmanager
def _service(directory: str) -> Iterator[tuple[str, str]]:
    """Start a service and give its address and the key of an office."""
    own = build_environment(directory)
    with run_service(own, Path(directory) / "log"):
        _command(own, "example-weeks", "--weeks", "3", "--first", "2020-06-03")
        _command(own, "office", "add", "serbia", "--name", "Serbia", "--country", "SRB")
        key = re.search(r"crossings_[a-z0-9]{8}_[\w-]{43}", _command(own, "key", "issue", "serbia"))
        assert key is not None
        yield get_address(own), key[0]


def _command(own: Environment, *words: str) -> str:
    done = run_command(own, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _run_script(suite: Path, script: str, address: str, key: str) -> int:
    """Run the script by the Python of the suite, in a folder of its own, and return its exit status, 1 for a crash."""
    inside = suite / INSIDE
    shutil.rmtree(inside, ignore_errors=True)
    for scripts in (TESTS / "pyqgis", TESTS / "qgis"):
        shutil.copytree(scripts, inside, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    variables = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "HOME": f"/{INSIDE}",
        "XDG_RUNTIME_DIR": f"/{INSIDE}",
        "QGIS_CUSTOM_CONFIG_PATH": f"/{INSIDE}/profile",
        "QT_QPA_PLATFORM": "offscreen",
        "CROSSINGS_ADDRESS": address,
        "CROSSINGS_KEY": key,
    }
    settings = [f"{name}={value}" for name, value in variables.items()]
    command = ["chroot", str(suite), "env", "-i", *settings, "python3", "-B", f"/{INSIDE}/{script}"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode:
        sys.stderr.write(f"{suite.name}: {script} ended with {done.returncode}\n{done.stderr[-4000:]}\n")
    return min(1, abs(done.returncode))


if __name__ == "__main__":
    sys.exit(main())

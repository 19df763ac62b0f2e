"""Programs of users that tests run against the service. `scripts/install-clients` installs them.

A test that needs one fails where it is missing: skipped tests were not missed for months.
"""

import functools
import shutil
import subprocess
from collections.abc import Callable
from typing import NamedTuple

import pytest

# Debian's modules `uno` and `qgis` are for Debian's own Python.
PYTHON = "/usr/bin/python3"
# Where Debian has servers, and only root looks.
PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Client(NamedTuple):
    """What has it, by Debian's names, and whether it is there."""

    packages: str
    is_there: Callable[[], bool]


def _is_program(program: str) -> Callable[[], bool]:
    return lambda: shutil.which(program) is not None


def _is_module(module: str) -> Callable[[], bool]:
    return lambda: (
        shutil.which(PYTHON) is not None
        and not subprocess.call([PYTHON, "-c", f"import {module}"], stderr=subprocess.DEVNULL)
    )


CLIENTS = {
    "chromium": Client("chromium", lambda: CHROMIUM is not None),
    "curl": Client("curl", _is_program("curl")),
    "jq": Client("jq", _is_program("jq")),
    "node": Client("nodejs", _is_program("node")),
    "ogrinfo": Client("gdal-bin", _is_program("ogrinfo")),
    "pgbouncer": Client("pgbouncer", _is_program(PGBOUNCER)),
    "qgis.core": Client("python3-qgis", _is_module("qgis.core")),
    "soffice": Client("libreoffice-calc-nogui", _is_program("soffice")),
    "uno": Client("python3-uno", _is_module("uno")),
    "wrk": Client("wrk", _is_program("wrk")),
}


def needs(*clients: str) -> pytest.MarkDecorator:
    """Mark tests that run these clients."""
    return pytest.mark.needs_clients(*clients)


@functools.cache
def is_missing(client: str) -> bool:
    return not CLIENTS[client].is_there()

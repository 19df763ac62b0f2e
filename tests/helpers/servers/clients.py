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


def _runs(program: str) -> Callable[[], bool]:
    return lambda: shutil.which(program) is not None


def _imports(module: str) -> Callable[[], bool]:
    return lambda: (
        shutil.which(PYTHON) is not None
        and not subprocess.call([PYTHON, "-c", f"import {module}"], stderr=subprocess.DEVNULL)
    )


CLIENTS = {
    "chromium": Client("chromium", lambda: CHROMIUM is not None),
    "curl": Client("curl", _runs("curl")),
    "jq": Client("jq", _runs("jq")),
    "node": Client("nodejs", _runs("node")),
    "ogrinfo": Client("gdal-bin", _runs("ogrinfo")),
    "pgbouncer": Client("pgbouncer", _runs(PGBOUNCER)),
    "qgis.core": Client("python3-qgis", _imports("qgis.core")),
    "soffice": Client("libreoffice-calc-nogui", _runs("soffice")),
    "uno": Client("python3-uno", _imports("uno")),
    "wrk": Client("wrk", _runs("wrk")),
}


def needs(*clients: str) -> pytest.MarkDecorator:
    """Mark tests that run these clients."""
    return pytest.mark.needs_clients(*clients)


@functools.cache
def is_missing(client: str) -> bool:
    return not CLIENTS[client].is_there()

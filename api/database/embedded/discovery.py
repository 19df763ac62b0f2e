"""The machine's own PostgreSQL with PostGIS: find its programs, or describe what to install."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.exceptions import UserError

MIN_POSTGRESQL = 15
MIN_POSTGIS = (3, 3)
PROGRAMS = ("postgres", "initdb", "pg_ctl", "pg_isready", "psql")

# Directories of PostgreSQL's programs outside PATH: Debian, RPMs, Alpine, Homebrew, Postgres.app.
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/bin",
    "/usr/libexec/postgresql*",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

# Install command of each system's package tool; the first tool present is the machine's.
INSTALL_COMMANDS = {
    "apt-get": "apt-get install -y --no-install-recommends postgresql-postgis",
    "dnf": "dnf install -y postgresql-server postgresql-contrib postgis",
    "apk": "apk add postgresql postgresql-contrib postgis",
    "brew": "brew install postgresql@17 postgis",
}


class ClusterError(UserError):
    """Private PostgreSQL that cannot be used; the message is one line for the operator."""


class PostgresqlMissing(ClusterError):
    """Missing or unusable PostgreSQL; the message names what is missing and how to install it."""


@dataclass(frozen=True, order=True)
class Postgresql:
    """Installed PostgreSQL: its major version and the directory of its programs."""

    version: int
    programs: Path

    def get_program_path(self, name: str) -> str:
        return str(self.programs / name)

    def has_extensions(self) -> bool:
        """Return whether its databases can create btree_gist and a PostGIS that is new enough."""
        directories = [sharedir / "extension" for sharedir in self._iterate_share_directories()]
        return any(_read_postgis_version(each) >= MIN_POSTGIS and _has_btree_gist(each) for each in directories)

    def _iterate_share_directories(self) -> Iterator[Path]:
        """Yield possible directories of its extensions: first from pg_config, then the usual ones of packages."""
        if (self.programs / "pg_config").exists():
            yield Path(_run_program(self.get_program_path("pg_config"), "--sharedir"))
        prefix = self.programs.parent
        yield from (prefix / "share", prefix / "share/postgresql", prefix / f"share/postgresql@{self.version}")
        share = Path("/usr/share")
        yield from (share / f"postgresql/{self.version}", share / f"postgresql{self.version}", share / "pgsql")


def find_postgresql(version: int | None = None) -> Postgresql:
    """Find the newest PostgreSQL of this machine that has PostGIS, or the one of this major version.

    Raises PostgresqlMissing.
    """
    installed = sorted(set(_iterate_installed()), reverse=True)
    for each in installed:
        if version in {None, each.version} and each.version >= MIN_POSTGRESQL and each.has_extensions():
            return each
    raise PostgresqlMissing(f"{_describe_missing(installed, version)}; {describe_installation(version)}")


def describe_installation(version: int | None = None) -> str:
    """Return the install command for this machine, or a sentence if its package tool is not supported."""
    tool = next((name for name in INSTALL_COMMANDS if shutil.which(name)), None)
    if tool is None:
        return "install PostgreSQL with its contrib extensions and PostGIS from your system's packages"
    command = INSTALL_COMMANDS[tool]
    if tool == "apt-get" and version is not None:
        command = command.replace("postgresql-postgis", f"postgresql-{version}-postgis-3")
    needs_root = tool != "brew" and os.geteuid() != 0
    return f"install it with: {'sudo ' if needs_root else ''}{command}"


def _describe_missing(installed: list[Postgresql], version: int | None) -> str:
    wanted = f"PostgreSQL {version or f'{MIN_POSTGRESQL} or newer'} with PostGIS 3.3 or newer is needed"
    if not installed:
        return f"{wanted} and this machine has no PostgreSQL server"
    versions = ", ".join(
        f"{each.version} ({'with' if each.has_extensions() else 'without'} PostGIS)" for each in installed
    )
    return f"{wanted} and this machine has PostgreSQL {versions}"


def _iterate_installed() -> Iterator[Postgresql]:
    for directory in _iterate_directories():
        programs = (directory / "postgres").resolve().parent  # /usr/local/bin may hold links to some of them
        if all((programs / name).exists() for name in PROGRAMS):
            match = re.search(r"\d+", _run_program(str(programs / "postgres"), "--version"))
            if match is not None:
                yield Postgresql(int(match.group()), programs)


def _iterate_directories() -> Iterator[Path]:
    if (pg_config := shutil.which("pg_config")) is not None:
        yield Path(_run_program(pg_config, "--bindir"))
    if (postgres := shutil.which("postgres")) is not None:
        yield Path(postgres).parent
    for place in PLACES:
        yield from Path("/").glob(place.removeprefix("/"))


def _read_postgis_version(extensions: Path) -> tuple[int, ...]:
    """Read the version in postgis.control, as numbers to compare; empty without the file."""
    try:
        control = (extensions / "postgis.control").read_text()
    except OSError:
        return ()
    match = re.search(r"default_version\s*=\s*'(\d+)\.(\d+)", control)
    return tuple(int(number) for number in match.groups()) if match else ()


def _has_btree_gist(extensions: Path) -> bool:
    return (extensions / "btree_gist.control").exists()


def _run_program(*command: str) -> str:
    """Run a program and return its output; empty if it cannot run, as in a broken installation beside a good one."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    except OSError:
        return ""

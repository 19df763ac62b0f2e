"""The data and the offices that all attacks use: made once in a directory; each attack gets a copy of the data."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

from benchmarks.overload.service import Service, build_environment, run_service
from benchmarks.peers.crossings import COMMAND
from benchmarks.servers.testbed import copy_database

WEEKS = 12
OFFICES = 100
ADMIN = "overload-admin"
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Point:
    code: str
    iso3: str
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Office:
    """An office with its key, and the point of its country that its updates are about."""

    code: str
    key: str = field(repr=False)
    point: str


@dataclass(frozen=True, slots=True)
class Site:
    """`offices[0]` to `offices[-1]` are of different countries; `admin` may do everything."""

    directory: Path
    admin: Office
    offices: list[Office]
    points: list[Point]

    @contextmanager
    def copy(self) -> Iterator[Path]:
        """A copy of the data, removed afterwards."""
        with copy_database(self.directory / "data") as copy:
            yield copy

    def copy_to(self, place: Path) -> Path:
        """Copy the data there, with its owner: PostgreSQL refuses data that is not its own."""
        subprocess.run(["cp", "-a", self.directory / "data", place], check=True)
        return place

    @contextmanager
    def served(self, name: str, **settings: str) -> Iterator[Service]:
        """A service on a copy of the data; `name` is that of its log."""
        with self.copy() as data, run_service(data, self.log(name), **settings) as service:
            yield service

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"


def prepare_site(directory: Path) -> Site:
    """The site in this directory, made unless that was done before: some minutes, 0.2 GB."""
    file, data = directory / "site.json", directory / "data"
    if not file.exists():
        directory.mkdir(parents=True, exist_ok=True)
        _run(data, "load", "shipped")
        _run(data, "example-weeks", "--weeks", str(WEEKS))
        _write(file, _make_site(directory, data))
    if (data / "postgresql").is_symlink():
        raise SystemExit(f"{data} cannot be copied: choose a directory that PostgreSQL's user can reach")
    return _read(file, directory)


def _make_site(directory: Path, data: Path) -> Site:
    _run(data, "office", "add", ADMIN, "--name", "Overload", "--country", "FRA")
    key = _run(data, "key", "issue", ADMIN, "--role", "admin").split()[-1]
    with (
        run_service(data, directory / "setup.log") as service,
        httpx.Client(base_url=service.address, timeout=PATIENCE_S, headers={"Authorization": f"Bearer {key}"}) as admin,
    ):
        points = _read_points(admin)
        by_country = {point.iso3: point for point in points}
        offices = [_add_office(admin, point) for point in list(by_country.values())[:OFFICES]]
    return Site(directory, Office(ADMIN, key, by_country["FRA"].code), offices, points)


def _run(data: Path, *words: str) -> str:
    environment = {**os.environ, **build_environment(data)}
    return subprocess.run([COMMAND, *words], env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def _read_points(client: httpx.Client) -> list[Point]:
    answer = client.get("/collections/points-of-entry/items?limit=10000&properties=country&datetime=2020-06-03")
    return [
        Point(feature["id"], feature["properties"]["country"], *feature["geometry"]["coordinates"])
        for feature in answer.raise_for_status().json()["features"]
    ]


def _add_office(admin: httpx.Client, point: Point) -> Office:
    """By HTTP: the command line, which starts a program for each office and each key, took six minutes for them."""
    code = f"overload-{point.iso3.lower()}"
    office = {"code": code, "name": f"Overload {point.iso3}", "countries": [point.iso3]}
    admin.post("/offices", json=office).raise_for_status()
    issued = admin.post(f"/offices/{code}/keys", json={"role": "office"}).raise_for_status().json()
    return Office(code, issued["key"], point.code)


def _write(file: Path, site: Site) -> None:
    """Readable by its owner alone, for it has keys."""
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(site), default=str), encoding="utf-8")


def _read(file: Path, directory: Path) -> Site:
    stored = json.loads(file.read_text(encoding="utf-8"))
    offices = [Office(**office) for office in stored["offices"]]
    return Site(directory, Office(**stored["admin"]), offices, [Point(**point) for point in stored["points"]])

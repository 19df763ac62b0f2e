"""Load on a server by `wrk`, and what it measured."""

import datetime as dt
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

SCRIPTS = Path(__file__).parent / "wrk"
CONNECTIONS = 4
PATIENCE_S = 120
Days = tuple[dt.date, Sequence[dt.date]]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run measured. `refused` are answers of status 400 and above, `broken` those that did not come."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    refused: int = 0
    broken: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """How hard, and for how long."""

    seconds: float
    connections: int = CONNECTIONS
    threads: int = 1


def run_wrk(url: str, load: Load, headers: Mapping[str, str] | None = None, *, apart: Days | None = None) -> Run:
    """Ask for the same again and again on each of the connections.

    `apart` is the day that the address is about, and days that have the same answer, to ask about in turn: Crossings
    makes one answer for all who ask for the same meanwhile, also where it keeps none, which gave four connections
    three times the speed.
    """
    given = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    if apart is None:
        return _run([*_build_command(load, "report.lua"), *given, url])
    day, others = apart
    return _run(
        [*_build_command(load, "apart.lua"), *given, url, "--", day.isoformat(), *map(dt.date.isoformat, others)]
    )


def run_wrk_mixed(address: str, paths: Sequence[str], load: Load) -> Run:
    """Ask for paths drawn at random; one that stands in the list more often is asked for more often."""
    with NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths))
        file.flush()
        return _run([*_build_command(load, "mixed.lua"), address, "--", file.name])


def _build_command(load: Load, script: str) -> list[str]:
    how = [f"-t{load.threads}", f"-c{load.connections}", f"-d{load.seconds:.0f}s", f"--timeout={PATIENCE_S}s"]
    return ["wrk", *how, "-s", str(SCRIPTS / script)]


def _run(command: Sequence[str]) -> Run:
    environment = {**os.environ, "WRK_REPORT": str(SCRIPTS / "report.lua")}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return parse_report(said.strip().splitlines()[-1])


def parse_report(line: str) -> Run:
    """The figures of a line of report.lua."""
    told = json.loads(line)
    seconds = told["duration_us"] / 1e6
    return Run(
        requests_per_s=told["requests"] / seconds,
        p50_ms=told["p50_us"] / 1000,
        p99_ms=told["p99_us"] / 1000,
        refused=told["refused"],
        broken=told["broken"],
        requests=told["requests"],
    )

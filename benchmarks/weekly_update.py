"""What a weekly update of many rows takes: seconds, rows per second, and memory of the process that takes it in.

    python -m benchmarks.weekly_update --rows 10000 --format csv --format xlsx

Run at the root of a checkout, with the development dependencies and nothing else busy. For each form the service
starts on a directory of its own, with the shipped register and border points added until there are as many as rows.
To it are posted: a week in which everything is new, weeks in which nothing changed, and weeks in which one row in
ten did (medians of three). Meanwhile somebody reads; `slowest read` is how long that took at most.
"""

import argparse
import datetime as dt
import statistics
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import httpx

from api.database.embedded.cluster import PrivateCluster
from api.server.lifecycle import migrate_database
from benchmarks.data.weekly_rows import COLUMNS, FORMS, generate_week
from benchmarks.peers.crossings import CACHED, run_crossings
from benchmarks.peers.served import Place
from benchmarks.requests.posting import PATIENCE_S, Office, create_office
from benchmarks.servers.process import read_cpu_s, read_memory_mb, reset_peak

READ_EVERY_S = 0.02
WEEKS = 3
FIRST_DAY = dt.date(2020, 4, 2)


class Took(NamedTuple):
    """What one posting took; CPU seconds are those of the service's own process, without the database's."""

    wall_s: float
    cpu_s: float
    slowest_read_s: float


@contextmanager
def run_service() -> Iterator[Office]:
    """An office of a service that has the shipped data and nothing else."""
    with tempfile.TemporaryDirectory(prefix="crossings-") as directory:
        scratch = Path(directory)
        with PrivateCluster(scratch / "database").run_server() as address:
            migrate_database(address)
            place = Place(scratch, scratch, address)
            with run_crossings(place, CACHED) as one:
                yield create_office(one, place)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=10_000)
    asked.add_argument("--format", choices=FORMS, action="append", help="may be given more than once; all by default")
    told = asked.parse_args()
    print(f"{'':28} {'wall':>7} {'CPU':>7} {'rows/s':>8} {'peak':>8} {'slowest read':>13}")
    for name in told.format or FORMS:
        with run_service() as one:
            measure(one, name, told.rows)


def measure(one: Office, name: str, rows: int) -> None:
    points = one.points(rows)
    bodies = [
        FORMS[name].written(
            COLUMNS, generate_week(points, FIRST_DAY + dt.timedelta(weeks=week), changes=max(0, week - WEEKS))
        )
        for week in range(1 + 2 * WEEKS)
    ]
    print_report(one, name, "all new", bodies[:1], rows)
    print_report(one, name, "nothing changed", bodies[1 : 1 + WEEKS], rows)
    print_report(one, name, "one in ten changed", bodies[1 + WEEKS :], rows)


def print_report(one: Office, name: str, what: str, bodies: Sequence[bytes], rows: int) -> None:
    """Post the weeks and print the medians of what they took, the peak of memory and the slowest read of all."""
    reset_peak(one.served.process)
    took = [_post(one, name, body) for body in bodies]
    wall_s, used_s = (statistics.median(times) for times in list(zip(*took, strict=True))[:2])
    slowest_ms = 1000 * max(each.slowest_read_s for each in took)
    print(
        f"{name + ', ' + what:28} {wall_s:5.2f} s {used_s:5.2f} s {rows / wall_s:8,.0f}"
        f" {read_memory_mb(one.served.process, peak=True):5.0f} MB {slowest_ms:10.0f} ms",
        flush=True,
    )


def _post(one: Office, name: str, body: bytes) -> Took:
    with _read_until_done(one.served.address) as reads_s:
        used_before_s = read_cpu_s(one.served.process)
        took_s = one.post(FORMS[name], body)
    return Took(took_s, read_cpu_s(one.served.process) - used_before_s, max(reads_s))


@contextmanager
def _read_until_done(address: str) -> Iterator[list[float]]:
    """Somebody who reads again and again until the block ends; the list fills with what each reading took."""
    reads_s: list[float] = []
    is_over = threading.Event()

    def read() -> None:
        with httpx.Client(base_url=address, timeout=PATIENCE_S) as reader:
            while not is_over.wait(READ_EVERY_S):
                began = perf_counter()
                reader.get("/health/live").raise_for_status()
                reads_s.append(perf_counter() - began)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield reads_s
    finally:
        is_over.set()
        reader.join()


if __name__ == "__main__":
    main()

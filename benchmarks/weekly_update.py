"""What a weekly update of many rows takes: seconds, rows per second, and memory of the process that takes it in.

    python -m benchmarks.weekly_update --rows 10000 --format csv --format xlsx

Run at the root of a checkout, with the development dependencies and nothing else busy. For each form the service
starts on a directory of its own, with the shipped register and border points added until there are as many as rows.
To it are posted: a week in which everything is new, weeks in which nothing changed, and weeks in which one row in
ten did (medians of three). Meanwhile somebody reads; `slowest read` is how long that took at most.
"""

import argparse
import csv
import datetime as dt
import io
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import httpx
from openpyxl import Workbook

from tests.a_service import address_of, environment, run, served

PATIENCE_S = 600
READ_EVERY_S = 0.02
WEEKS = 3
FIRST_DAY = dt.date(2020, 4, 2)
COLUMNS = ("point", "assessed_on", "operational_status", "measures", "affected_populations", "comment")
OF_NEW_POINTS = ("action", "name", "poe_type", "country", "longitude", "latitude", "valid_from")
SAID = (
    ("closed", "movement_restricted", "tourists"),
    ("partially_operational", "medical_requirements", "nationals"),
    ("open", "", ""),
)
Row = tuple[str, ...]


class Form(NamedTuple):
    """A form of file: its media type, and how rows under a header are written in it."""

    media_type: str
    written: Callable[[Row, Iterable[Row]], bytes]


class Took(NamedTuple):
    """What one posting took; CPU seconds are those of the service's own process, without the database's."""

    wall_s: float
    cpu_s: float
    slowest_read_s: float


@dataclass(frozen=True)
class Service:
    """A running service and an admin's key for it."""

    address: str
    key: str
    process: int

    def post(self, form: Form, body: bytes) -> Took:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": form.media_type}
        with self._reading() as reads_s:
            cpu_s, began = self._cpu_s(), time.perf_counter()
            answer = httpx.post(f"{self.address}/submissions", content=body, headers=headers, timeout=PATIENCE_S)
            took = time.perf_counter() - began
        if not answer.is_success:
            raise SystemExit(answer.text[:2000])
        return Took(took, self._cpu_s() - cpu_s, max(reads_s))

    def points(self) -> list[str]:
        found: list[str] = []
        address = f"{self.address}/collections/points-of-entry/items?limit=10000"
        while address:
            page = httpx.get(address, timeout=PATIENCE_S).json()
            found += [feature["id"] for feature in page["features"]]
            address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
        return found

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process}/clear_refs").write_text("5")

    def peak_mb(self) -> float:
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def _cpu_s(self) -> float:
        after_the_name = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in after_the_name[11:13]) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def _reading(self) -> Iterator[list[float]]:
        """Somebody who reads again and again until the block ends; the list fills with what each reading took."""
        reads_s: list[float] = []
        is_over = threading.Event()

        def read() -> None:
            with httpx.Client(base_url=self.address, timeout=PATIENCE_S) as reader:
                while not is_over.wait(READ_EVERY_S):
                    began = time.perf_counter()
                    reader.get("/health/live").raise_for_status()
                    reads_s.append(time.perf_counter() - began)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield reads_s
        finally:
            is_over.set()
            reader.join()


@contextmanager
def service(rows: int) -> Iterator[Service]:
    """A service with at least as many points as rows."""
    with tempfile.TemporaryDirectory(prefix="crossings-") as directory:
        told = environment(directory)
        with served(told) as process:
            run(told, "office", "add", "all", "--name", "All", "--country", "BRA")
            key = run(told, "key", "issue", "all", "--role", "admin").stdout.split()[-1]
            one = Service(address_of(told), key, process.pid)
            if (lacking := rows - len(one.points())) > 0:
                one.post(FORMS["csv"], as_csv(OF_NEW_POINTS, new_points(lacking)))
            yield one


def new_points(count: int) -> Iterator[Row]:
    for n in range(count):
        yield "new_point", f"Example {n}", "land_border_point", "BRA", f"{-60 + n / 500}", "-10", "2020-01-01"


def a_week(points: Sequence[str], week: int, *, changes: int) -> Iterator[Row]:
    """A row for each point; with each of the `changes`, another tenth of the points say something else than before."""
    day = (FIRST_DAY + dt.timedelta(weeks=week)).isoformat()
    for n, point in enumerate(points):
        yield point, day, *SAID[(n + (n + changes) // 10) % len(SAID)], ""


def as_csv(columns: Row, rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    return text.getvalue().encode()


def as_json(columns: Row, rows: Iterable[Row]) -> bytes:
    named = [{name: value for name, value in zip(columns, row, strict=True) if value} for row in rows]
    return json.dumps({"rows": named}).encode()


def as_xlsx(columns: Row, rows: Iterable[Row]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Update")
    for row in (columns, *rows):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


FORMS = {
    "csv": Form("text/csv", as_csv),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "json": Form("application/json", as_json),
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=10_000)
    asked.add_argument("--format", choices=FORMS, action="append", help="may be given more than once; all by default")
    told = asked.parse_args()
    print(f"{'':28} {'wall':>7} {'CPU':>7} {'rows/s':>8} {'peak':>8} {'slowest read':>13}")
    for name in told.format or FORMS:
        with service(told.rows) as one:
            measure(one, name, told.rows)


def measure(one: Service, name: str, rows: int) -> None:
    points = one.points()[:rows]
    bodies = [
        FORMS[name].written(COLUMNS, a_week(points, week, changes=max(0, week - WEEKS)))
        for week in range(1 + 2 * WEEKS)
    ]
    report(one, name, "all new", bodies[:1], rows)
    report(one, name, "nothing changed", bodies[1 : 1 + WEEKS], rows)
    report(one, name, "one in ten changed", bodies[1 + WEEKS :], rows)


def report(one: Service, name: str, what: str, bodies: Sequence[bytes], rows: int) -> None:
    """Post the weeks and print the medians of what they took, the peak of memory and the slowest read of all."""
    one.forget_peak()
    took = [one.post(FORMS[name], body) for body in bodies]
    wall_s, cpu_s = (statistics.median(times) for times in list(zip(*took, strict=True))[:2])
    slowest_ms = 1000 * max(each.slowest_read_s for each in took)
    print(
        f"{name + ', ' + what:28} {wall_s:5.2f} s {cpu_s:5.2f} s {rows / wall_s:8,.0f} {one.peak_mb():5.0f} MB"
        f" {slowest_ms:10.0f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()

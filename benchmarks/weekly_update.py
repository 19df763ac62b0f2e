"""What a weekly update of many rows takes: seconds, and memory of the process that reads and writes it.

    PYTHONPATH=tests python -m benchmarks.weekly_update --rows 10000

Serves the shipped register from a directory of its own, adds border points until there are as many as rows, and posts
three weeks of all of them: one in which everything is new, one in which nothing changed, and one in which one row in
ten did; each as CSV, and the first also as XLSX (a dry run, so that it finds everything new too).
"""

import argparse
import csv
import io
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from a_service import address_of, environment, run, served
from openpyxl import Workbook

PATIENCE_S = 600
COLUMNS = ("point", "assessed_on", "operational_status", "valid_from", "measures", "affected_populations", "comment")
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Row = tuple[str, ...]


@dataclass(frozen=True)
class Service:
    """A running service and an admin's key for it."""

    address: str
    key: str
    process: int

    def post(self, body: bytes, media_type: str, **query: str) -> tuple[float, dict[str, int]]:
        """Seconds that the answer took, and its counts."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": media_type}
        began = time.perf_counter()
        answer = httpx.post(
            f"{self.address}/submissions", params=query, content=body, headers=headers, timeout=PATIENCE_S
        )
        took = time.perf_counter() - began
        if not answer.is_success:
            raise SystemExit(answer.text[:2000])
        return took, answer.json()["counts"]

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process}/clear_refs").write_text("5")

    def peak_mb(self) -> float:
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


@contextmanager
def service() -> Iterator[Service]:
    with tempfile.TemporaryDirectory(prefix="crossings-") as directory:
        told = environment(directory)
        with served(told) as process:
            run(told, "office", "add", "all", "--name", "All", "--country", "BRA")
            key = run(told, "key", "issue", "all", "--role", "admin").stdout.split()[-1]
            yield Service(address_of(told), key, process.pid)


def points(service: Service) -> list[str]:
    found: list[str] = []
    address = f"{service.address}/collections/points-of-entry/items?limit=10000"
    while address:
        page = httpx.get(address, timeout=PATIENCE_S).json()
        found += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    return found


def add_points(service: Service, count: int) -> None:
    columns = ("action", "name", "poe_type", "country", "longitude", "latitude", "valid_from")
    rows = [
        ("new_point", f"Example {n}", "land_border_point", "BRA", f"{-60 + n / 500}", "-10", "2020-01-01")
        for n in range(count)
    ]
    service.post(as_csv(rows, columns), CSV)


SAID = (
    ("closed", "movement_restricted", "tourists"),
    ("partially_operational", "medical_requirements", "nationals"),
    ("open", "", ""),
)


def a_week(codes: Iterable[str], day: str, *, changed: int = 0) -> list[Row]:
    """A row for each point; every `changed`th is open from the day on, whatever it was before."""
    rows = []
    for number, code in enumerate(codes):
        is_news = bool(changed) and number % changed == 0
        status, measures, populations = ("open", "", "") if is_news else SAID[number % len(SAID)]
        rows.append((code, day, status, day if is_news else "", measures, populations, ""))
    return rows


def as_csv(rows: Iterable[Row], columns: Row = COLUMNS) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    return text.getvalue().encode()


def as_xlsx(rows: Iterable[Row]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Update")
    for row in (COLUMNS, *rows):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=10_000)
    rows = asked.parse_args().rows
    with service() as one:
        add_points(one, max(0, rows - len(points(one))))
        codes = points(one)[:rows]
        first = a_week(codes, "2020-04-02")
        report(one, "all new, XLSX, dry run", as_xlsx(first), XLSX, dry_run="true")
        report(one, "all new, CSV", as_csv(first), CSV)
        report(one, "nothing changed, CSV", as_csv(a_week(codes, "2020-04-09")), CSV)
        report(one, "one in ten changed, CSV", as_csv(a_week(codes, "2020-04-16", changed=10)), CSV)


def report(service: Service, what: str, body: bytes, media_type: str, **query: str) -> None:
    service.forget_peak()
    took, counts = service.post(body, media_type, **query)
    told = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
    print(f"{what:26} {took:6.2f} s   peak {service.peak_mb():5.0f} MB   {told}")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()

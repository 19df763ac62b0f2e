"""A weekly update of 10,000 rows while others read: how long it takes, and what is left to the readers."""

import datetime as dt
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from benchmarks.data.weekly_rows import COLUMNS, FORMS, generate_week
from benchmarks.load.wrk_run import Load, run_wrk
from benchmarks.report.comparison import format_number
from benchmarks.report.sections import Goal, Section, format_table
from benchmarks.requests.posting import Office
from benchmarks.requests.queries import BenchmarkQuery

ROWS = 10_000
MOST_S, LEAST_LEFT = 5.0, 0.7
FIRST_DAY = dt.date(2023, 1, 5)
# So many are posted while nobody reads.
ALONE = 3
HEAD = ("", "update s, median", "updates", "reads/s", "p50 ms", "p99 ms")


def measure_update_while_reading(office: Office, question: BenchmarkQuery, seconds: float) -> Section:
    """Updates come one right after the other all the while, one row in ten of each with news.

    Nobody posts so much: what is left to the readers is what they have during an update.
    """
    points, form = office.points(ROWS), FORMS["csv"]
    # More than there is time for.
    days = [FIRST_DAY + dt.timedelta(weeks=week) for week in range(ALONE + int(seconds) + 1)]
    bodies = [form.written(COLUMNS, generate_week(points, day, changes=week)) for week, day in enumerate(days)]
    alone_s = [office.post(form, body) for body in bodies[:ALONE]]
    address, load = f"{office.served.address}{question.ours}", Load(seconds)
    before = run_wrk(address, load)
    with ThreadPoolExecutor() as both:
        reading = both.submit(run_wrk, address, load)
        beside_s = _post_until(monotonic() + seconds, office, bodies[ALONE:])
        during = reading.result()
    left = during.requests_per_s / before.requests_per_s
    rows = [
        ("update alone", f"{statistics.median(alone_s):.2f}", f"{len(alone_s)}", "", "", ""),
        (
            "reading alone",
            "",
            "",
            format_number(before.requests_per_s),
            format_number(before.p50_ms),
            format_number(before.p99_ms),
        ),
        (
            *("both", f"{statistics.median(beside_s):.2f}", f"{len(beside_s)}"),
            *(format_number(figure) for figure in (during.requests_per_s, during.p50_ms, during.p99_ms)),
        ),
    ]
    took_s = statistics.median(beside_s)
    goals = [
        Goal(
            f"weekly update of {ROWS:,} rows while others read: at most {MOST_S:g} s",
            f"{took_s:.2f} s",
            took_s <= MOST_S,
        ),
        Goal(f"readers keep at least {LEAST_LEFT:.0%} during it", f"{left:.0%}", left >= LEAST_LEFT),
    ]
    return Section(
        "Weekly update", f"{ROWS:,} rows as CSV; {question.name} is read.\n\n" + format_table(HEAD, rows), goals
    )


def _post_until(end: float, office: Office, bodies: Sequence[bytes]) -> list[float]:
    """The seconds that each took."""
    took_s = []
    for body in bodies:
        took_s.append(office.post(FORMS["csv"], body))
        if monotonic() >= end:
            break
    return took_s

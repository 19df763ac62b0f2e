"""A worker under a mixed load for a long time: whether it keeps to its memory, and whether all are answered."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.load.wrk_run import Load, run_wrk_mixed
from benchmarks.peers.served import Served
from benchmarks.report.comparison import format_number
from benchmarks.report.sections import Goal, Section, format_table
from benchmarks.servers.process import read_memory_mb, reset_peak

CONNECTIONS = 16
MOST_MB = 200
LOOKS = 60
HEAD = (
    *("minutes", "requests/s", "p50 ms", "p99 ms", "errors"),
    *("MB at the start", "MB at the end", "most MB", "for a moment"),
)


def measure_mixed_load(served: Served, paths: Sequence[str], minutes: float) -> Section:
    reset_peak(served.process)
    with watch_memory(served.process, every_s=max(0.5, 60 * minutes / LOOKS)) as seen_mb:
        run = run_wrk_mixed(served.address, paths, Load(60 * minutes, CONNECTIONS))
    peak_mb = read_memory_mb(served.process, peak=True)
    errors = run.refused + run.broken
    row = (
        *(
            f"{minutes:g}",
            format_number(run.requests_per_s),
            format_number(run.p50_ms),
            format_number(run.p99_ms),
            f"{errors:,}",
        ),
        *(f"{each:.0f}" for each in (seen_mb[0], seen_mb[-1], max(seen_mb), peak_mb)),
    )
    text = (
        f"{len(set(paths)):,} addresses drawn at random, {CONNECTIONS} connections. Memory was looked at {LOOKS} times;"
        " `for a moment` is its peak, while answers of the world were put together."
        f"\n\n{format_table(HEAD, [row], names=0)}"
    )
    goals = [
        Goal(
            f"{minutes:g} minutes' mixed load: a worker stays under {MOST_MB} MB",
            f"{max(seen_mb):.0f} MB",
            max(seen_mb) < MOST_MB,
        ),
        Goal("mixed load: no error", f"{errors:,}", met=errors == 0),
    ]
    return Section("Mixed load", text, goals)


@contextmanager
def watch_memory(process: int, every_s: float) -> Iterator[list[float]]:
    """What the process and its children hold, in MB: at the start, then again and again, and at the end."""
    seen_mb = [read_memory_mb(process)]
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(every_s):
            seen_mb.append(read_memory_mb(process))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen_mb
    finally:
        is_over.set()
        watcher.join()
        seen_mb.append(read_memory_mb(process))

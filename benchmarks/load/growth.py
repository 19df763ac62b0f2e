"""Whether a day costs more where there is more history: answers of the same size, from both databases, in turn."""

from collections.abc import Sequence

from benchmarks.load.turns import RunOptions, Server, compute_median
from benchmarks.report.comparison import format_number
from benchmarks.report.sections import Goal, Section, format_table
from benchmarks.requests.queries import BenchmarkQuery

NAMES = ("one country on a day", "a box on a day", "vector tile, full")
MOST_TIMES = 1.5
HEAD = ("request", "features", "features, large", "p50 ms", "p50 ms, large", "times")


def measure_growth(
    small: Server,
    large: Server,
    of_small: Sequence[BenchmarkQuery],
    of_large: Sequence[BenchmarkQuery],
    how: RunOptions,
) -> Section:
    """The questions are the same for both, each about a place that has as many points as the other's."""
    pairs = [(a, b) for a, b in zip(of_small, of_large, strict=True) if a.name in NAMES]
    rows, goals = [], []
    for question, same in pairs:
        sizes, times_ms = _measure_query(small, large, question, same, how)
        times = times_ms[1] / times_ms[0]
        rows.append((question.name, *(f"{size:,}" for size in sizes), *map(format_number, times_ms), f"{times:.2f} x"))
        text = f"{question.name}: 10 million records take at most {MOST_TIMES} x the time of 0.5 million"
        goals.append(Goal(text, f"{times:.2f} x", met=times <= MOST_TIMES))
    return Section("More history", format_table(HEAD, rows), goals)


def _measure_query(
    small: Server, large: Server, question: BenchmarkQuery, same: BenchmarkQuery, how: RunOptions
) -> tuple[list[int], list[float]]:
    both = ((small, question), (large, same))
    sizes = []
    for server, asked in both:
        content = server.first(asked).content
        sizes.append(len(content.features) if content else 0)
        server.run(asked, 1)
    runs = [[server.run(asked, how.seconds) for server, asked in both] for _ in range(how.repeats)]
    return sizes, [compute_median(list(of_one)).p50_ms for of_one in zip(*runs, strict=True)]

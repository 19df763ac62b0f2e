"""Whether a day costs more where there is more history: answers of the same size, from both databases, in turn."""

from collections.abc import Sequence

from benchmarks.load.turns import How, Server, median_of
from benchmarks.report.comparison import number
from benchmarks.report.sections import Goal, Section, table
from benchmarks.requests.queries import Question

NAMES = ("one country on a day", "a box on a day", "vector tile, full")
MOST_TIMES = 1.5
HEAD = ("request", "features", "features, large", "p50 ms", "p50 ms, large", "times")


def growth(
    small: Server, large: Server, of_small: Sequence[Question], of_large: Sequence[Question], how: How
) -> Section:
    """The questions are the same for both, each about a place that has as many points as the other's."""
    pairs = [(a, b) for a, b in zip(of_small, of_large, strict=True) if a.name in NAMES]
    rows, goals = [], []
    for question, same in pairs:
        sizes, times_ms = _measured(small, large, question, same, how)
        times = times_ms[1] / times_ms[0]
        rows.append((question.name, *(f"{size:,}" for size in sizes), *map(number, times_ms), f"{times:.2f} x"))
        text = f"{question.name}: 10 million records take at most {MOST_TIMES} x the time of 0.5 million"
        goals.append(Goal(text, f"{times:.2f} x", met=times <= MOST_TIMES))
    return Section("More history", table(HEAD, rows), goals)


def _measured(
    small: Server, large: Server, question: Question, same: Question, how: How
) -> tuple[list[int], list[float]]:
    both = ((small, question), (large, same))
    sizes = []
    for server, asked in both:
        content = server.first(asked).content
        sizes.append(len(content.features) if content else 0)
        server.run(asked, 1)
    runs = [[server.run(asked, how.seconds) for server, asked in both] for _ in range(how.repeats)]
    return sizes, [median_of(list(of_one)).p50_ms for of_one in zip(*runs, strict=True)]

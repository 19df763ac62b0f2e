"""What the attacks measure: answers counted, percentiles, and goals with their verdicts."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.overload.http_connection import Answer
from benchmarks.report.sections import Goal


@dataclass(slots=True)
class Tally:
    """Answers of clients of one kind: the seconds of those that succeeded, and how the others failed."""

    times_s: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Answer) -> None:
        if answer.is_success:
            self.times_s.append(answer.seconds)
        else:
            self.failures[name_failure(answer)] += 1

    @property
    def requests(self) -> int:
        return len(self.times_s) + self.failures.total()


def name_failure(answer: Answer) -> str:
    """The status, or the error that came instead of an answer."""
    return str(answer.status) if answer.status else f"no answer ({answer.error})"


def describe(failures: Counter[str]) -> str:
    """The failures by status, as `2 x 500, 1 x no answer`."""
    return ", ".join(f"{count:,} x {status}" for status, count in sorted(failures.items())) or "none"


def exclude_503(failures: Counter[str]) -> Counter[str]:
    """The failures that overload does not excuse."""
    return Counter({status: count for status, count in failures.items() if status != "503"})


def compute_percentile(times: Sequence[float], share: float) -> float:
    """The smallest time that this share of the times does not exceed; infinite without a time."""
    return sorted(times)[max(0, math.ceil(share * len(times)) - 1)] if times else math.inf


def format_milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.1f}" if math.isfinite(seconds) else "never"


def compute_ratio(figure: float, base: float) -> float:
    """How many times the base the figure is; not a number, which meets no goal, where the base measured nothing."""
    return figure / base if base and math.isfinite(base) else math.nan


def build_bound_goal(text: str, figure: float, bound: float, unit: str) -> Goal:
    """Goal met by a figure up to the bound; infinite and undefined figures miss it."""
    return Goal(text, "never" if math.isinf(figure) else f"{figure:,.3g} {unit}", met=figure <= bound)


def build_failure_goal(text: str, failures: Counter[str]) -> Goal:
    """Goal met where nothing failed."""
    return Goal(text, describe(failures), met=not failures.total())


def build_posts_goal(text: str, acknowledged: Collection[str], sent: Collection[str], found: Mapping[str, int]) -> Goal:
    """Goal met if every acknowledged update is found once, and no update that was sent more than once."""
    lost = sum(not found.get(update, 0) for update in acknowledged)
    doubled = sum(found.get(update, 0) > 1 for update in sent)
    figure = f"{len(acknowledged):,} acknowledged of {len(sent):,}: {lost:,} lost, {doubled:,} twice"
    return Goal(text, figure, met=bool(acknowledged) and not lost and not doubled)

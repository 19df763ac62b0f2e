"""Crossings beside its peers, request by request: the table, what the answers differ in, and the goals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf

from benchmarks.load.turns import BARE_SQL, Measured
from benchmarks.peers.crossings import CACHED, UNCACHED
from benchmarks.peers.tipg import NAME as TIPG
from benchmarks.report.content import differences
from benchmarks.report.sections import Goal, Section, table
from benchmarks.requests.queries import Question

HEAD = (
    "request",
    "server",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "CPU ms",
    "bytes",
    "peak MB",
    "uncached is",
    "Crossings is",
    "of empty",
)
TIMES_TIPG = {
    "one country on a day": 5.0,
    "a region on a day": 5.0,
    "the world on a day": 12.0,
    "the world, few properties": 12.0,
    "vector tile, zoom 4": 5.0,
}
SLOWEST_TO_SQL, FEATURES_THAT_COUNT = 1.3, 1000
CACHED_OF_EMPTY, SMALL_BYTES = 0.8, 20_000


@dataclass(frozen=True, slots=True)
class Compared:
    """A question with what was measured of each server, by its name."""

    question: Question
    servers: Mapping[str, Measured]

    def times(self, faster: str, slower: str) -> float | None:
        """How many times as many requests a second the one answers as the other."""
        one, other = self.servers.get(faster), self.servers.get(slower)
        return one.run.requests_per_s / other.run.requests_per_s if one and other and answered(other) else None

    @property
    def features(self) -> int:
        content = self.servers[UNCACHED].content
        return len(content.features) if content else 0


def answered(each: Measured) -> bool:
    """Whether anything came, at first and while the load lasted."""
    return each.run.requests_per_s > 0 and not isinf(each.run.p50_ms)


def compared(question: Question, measured: Sequence[Measured]) -> Compared:
    return Compared(question, {each.server: each for each in measured})


def section(title: str, all_compared: Sequence[Compared], empty: Measured) -> Section:
    rows = [row for each in all_compared for row in _rows(each, empty)] + [_row("", empty, None, empty)]
    told = "\n".join(line for each in all_compared for line in _differences(each))
    text = f"{table(HEAD, rows, names=2)}\n\nWhere answers differ in content from ours:\n\n{told}"
    return Section(title, text, goals(all_compared, empty))


def _rows(one: Compared, empty: Measured) -> list[Sequence[str]]:
    name = f"{one.question.name} ({one.features:,})"
    return [_row(name if not place else "", each, one, empty) for place, each in enumerate(one.servers.values())]


def _row(name: str, each: Measured, one: Compared | None, empty: Measured) -> Sequence[str]:
    """`uncached is` and `Crossings is`: so many times as fast as the server of the row."""
    times = [one.times(ours, each.server) if one else None for ours in (UNCACHED, CACHED)]
    is_ours = each.server in {UNCACHED, CACHED}
    return (
        name,
        each.server + _errors(each),
        number(each.run.requests_per_s),
        number(each.run.p50_ms),
        number(each.run.p99_ms),
        "" if each.cpu_ms is None else number(each.cpu_ms),
        "" if each.size is None else f"{each.size:,}",
        "" if each.peak_mb is None else f"{each.peak_mb:.0f}",
        *("" if is_ours or ratio is None else f"{number(ratio)} x" for ratio in times),
        f"{each.run.requests_per_s / empty.run.requests_per_s:.2f}" if is_ours else "",
    )


def _errors(each: Measured) -> str:
    if not answered(each):
        return " (no answer)"
    count = each.run.refused + each.run.broken
    return f" ({count:,} errors)" if count else ""


def number(value: float) -> str:
    """With three digits or more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _differences(one: Compared) -> list[str]:
    ours = one.servers[UNCACHED].content
    return [
        f"- {one.question.name}, {name}: {'; '.join(found)}."
        for name, each in one.servers.items()
        if ours and each.content and (found := differences(ours, each.content))
    ]


def goals(all_compared: Sequence[Compared], empty: Measured) -> list[Goal]:
    by_name = {each.question.name: each for each in all_compared}
    found = [_times_tipg(by_name[name], least) for name, least in TIMES_TIPG.items() if name in by_name]
    found += [_to_sql(each) for each in all_compared if each.features >= FEATURES_THAT_COUNT]
    return found + [goal for each in all_compared if (goal := _of_empty(each, empty)) is not None]


def _times_tipg(one: Compared, least: float) -> Goal:
    times = one.times(UNCACHED, TIPG) or 0
    return Goal(f"{one.question.name}, uncached: at least {least:g} x tipg", f"{number(times)} x", times >= least)


def _to_sql(one: Compared) -> Goal:
    times = one.times(BARE_SQL, UNCACHED) or 0
    text = f"{one.question.name}, uncached: at most {SLOWEST_TO_SQL} x the time of the bare SQL"
    return Goal(text, f"{times:.2f} x", times <= SLOWEST_TO_SQL)


def _of_empty(one: Compared, empty: Measured) -> Goal | None:
    cached = one.servers[CACHED]
    if cached.size is None or cached.size >= SMALL_BYTES:
        return None
    part = cached.run.requests_per_s / empty.run.requests_per_s
    text = f"{one.question.name}, cached: at least {CACHED_OF_EMPTY} of an empty FastAPI route"
    return Goal(text, f"{part:.2f}", part >= CACHED_OF_EMPTY)

"""Crossings beside its peers, request by request: the table, what the answers differ in, and the goals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf

from benchmarks.load.turns import BARE_SQL, Measurement
from benchmarks.peers.crossings import CACHED, UNCACHED
from benchmarks.peers.tipg import NAME as TIPG
from benchmarks.report.content import describe_differences
from benchmarks.report.sections import Goal, Section, format_table
from benchmarks.requests.queries import BenchmarkQuery

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
class Comparison:
    """A question with what was measured of each server, by its name."""

    question: BenchmarkQuery
    servers: Mapping[str, Measurement]

    def times(self, faster: str, slower: str) -> float | None:
        """How many times as many requests a second the one answers as the other."""
        one, other = self.servers.get(faster), self.servers.get(slower)
        return one.run.requests_per_s / other.run.requests_per_s if one and other and has_answered(other) else None

    @property
    def features(self) -> int:
        content = self.servers[UNCACHED].content
        return len(content.features) if content else 0


def has_answered(each: Measurement) -> bool:
    """Whether anything came, at first and while the load lasted."""
    return each.run.requests_per_s > 0 and not isinf(each.run.p50_ms)


def compare(question: BenchmarkQuery, measured: Sequence[Measurement]) -> Comparison:
    return Comparison(question, {each.server: each for each in measured})


def build_section(title: str, all_compared: Sequence[Comparison], empty: Measurement) -> Section:
    rows = [row for each in all_compared for row in _build_rows(each, empty)] + [_build_row("", empty, None, empty)]
    told = "\n".join(line for each in all_compared for line in _describe_differences(each))
    text = f"{format_table(HEAD, rows, names=2)}\n\nWhere answers differ in content from ours:\n\n{told}"
    return Section(title, text, build_goals(all_compared, empty))


def _build_rows(one: Comparison, empty: Measurement) -> list[Sequence[str]]:
    name = f"{one.question.name} ({one.features:,})"
    return [_build_row(name if not place else "", each, one, empty) for place, each in enumerate(one.servers.values())]


def _build_row(name: str, each: Measurement, one: Comparison | None, empty: Measurement) -> Sequence[str]:
    """`uncached is` and `Crossings is`: so many times as fast as the server of the row."""
    times = [one.times(ours, each.server) if one else None for ours in (UNCACHED, CACHED)]
    is_ours = each.server in {UNCACHED, CACHED}
    return (
        name,
        each.server + _format_errors(each),
        format_number(each.run.requests_per_s),
        format_number(each.run.p50_ms),
        format_number(each.run.p99_ms),
        "" if each.cpu_ms is None else format_number(each.cpu_ms),
        "" if each.size is None else f"{each.size:,}",
        "" if each.peak_mb is None else f"{each.peak_mb:.0f}",
        *("" if is_ours or ratio is None else f"{format_number(ratio)} x" for ratio in times),
        f"{each.run.requests_per_s / empty.run.requests_per_s:.2f}" if is_ours else "",
    )


def _format_errors(each: Measurement) -> str:
    if not has_answered(each):
        return " (no answer)"
    count = each.run.refused + each.run.broken
    return f" ({count:,} errors)" if count else ""


def format_number(value: float) -> str:
    """With three digits or more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _describe_differences(one: Comparison) -> list[str]:
    ours = one.servers[UNCACHED].content
    return [
        f"- {one.question.name}, {name}: {'; '.join(found)}."
        for name, each in one.servers.items()
        if ours and each.content and (found := describe_differences(ours, each.content))
    ]


def build_goals(all_compared: Sequence[Comparison], empty: Measurement) -> list[Goal]:
    by_name = {each.question.name: each for each in all_compared}
    found = [_build_tipg_goal(by_name[name], least) for name, least in TIMES_TIPG.items() if name in by_name]
    found += [_build_sql_goal(each) for each in all_compared if each.features >= FEATURES_THAT_COUNT]
    return found + [goal for each in all_compared if (goal := _build_empty_route_goal(each, empty)) is not None]


def _build_tipg_goal(one: Comparison, least: float) -> Goal:
    times = one.times(UNCACHED, TIPG) or 0
    return Goal(
        f"{one.question.name}, uncached: at least {least:g} x tipg", f"{format_number(times)} x", times >= least
    )


def _build_sql_goal(one: Comparison) -> Goal:
    times = one.times(BARE_SQL, UNCACHED) or 0
    text = f"{one.question.name}, uncached: at most {SLOWEST_TO_SQL} x the time of the bare SQL"
    return Goal(text, f"{times:.2f} x", times <= SLOWEST_TO_SQL)


def _build_empty_route_goal(one: Comparison, empty: Measurement) -> Goal | None:
    cached = one.servers[CACHED]
    if cached.size is None or cached.size >= SMALL_BYTES:
        return None
    part = cached.run.requests_per_s / empty.run.requests_per_s
    text = f"{one.question.name}, cached: at least {CACHED_OF_EMPTY} of an empty FastAPI route"
    return Goal(text, f"{part:.2f}", part >= CACHED_OF_EMPTY)

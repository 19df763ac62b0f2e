"""Attack: thousands of requests with a new literal each. Their cost is compared with that of literals sent before."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from benchmarks.overload.figures import (
    Tally,
    build_bound_goal,
    build_failure_goal,
    compute_percentile,
    compute_ratio,
    describe,
)
from benchmarks.overload.http_connection import Connection, Request
from benchmarks.overload.literals import KINDS
from benchmarks.overload.service import Service
from benchmarks.overload.site import Site
from benchmarks.overload.watch import LIVE, Watch, watch_service
from benchmarks.report.sections import Goal, Section, format_table
from benchmarks.servers.process import read_cpu_s

NAME = "new-literals"
REQUESTS, MOST_SECONDS = 5_000, 900
# In turns of so many, for processor time is counted in hundredths of a second.
TURN, WARM_UP, KNOWN = 25, 20, 4
HEALTH_EVERY_S, MOST_HEALTH_MS = 0.05, 100
MOST_TIMES_COST, MOST_GROWTH_MB = 2, 30
HEAD = ("literal", "requests", "CPU ms, known", "CPU ms, new", "times", "failures")


@dataclass(slots=True)
class Cost:
    """Processor time of the service for requests of one sort."""

    cpu_s: float = 0.0
    tally: Tally = field(default_factory=Tally)

    @property
    def each_ms(self) -> float:
        return 1000 * self.cpu_s / self.tally.requests if self.tally.requests else 0.0


@dataclass(slots=True)
class Kind:
    """A kind of literal, with the costs of those sent before and of new ones."""

    name: str
    path: Callable[[int], str]
    known: Cost = field(default_factory=Cost)
    new: Cost = field(default_factory=Cost)

    @property
    def times(self) -> float:
        return compute_ratio(self.new.each_ms, self.known.each_ms)


async def run(site: Site, scale: float) -> Section:
    """Each kind in turns, known literals and new ones, on one connection."""
    kinds, unused = [Kind(*kind) for kind in KINDS.items()], count(1_000)
    turns = math.ceil(REQUESTS * scale / TURN / len(kinds)) * len(kinds)
    with site.served(NAME, CROSSINGS_CACHE_BYTES="0") as service:
        connection = Connection(service.port)
        for kind in kinds:
            for number in (*range(KNOWN), *(next(unused) for _ in range(WARM_UP))):
                await connection.send(Request(kind.path(number)))
        async with watch_service(service, MOST_SECONDS, path=LIVE, every_s=HEALTH_EVERY_S) as watch:
            for turn in range(turns):
                await _take_turn(service, connection, kinds[turn % len(kinds)], unused, watch)
        connection.close()
    return _report(kinds, watch, turns * TURN)


async def _take_turn(service: Service, connection: Connection, kind: Kind, unused: "count[int]", watch: Watch) -> None:
    await _measure(service, connection, [kind.path(n % KNOWN) for n in range(TURN)], kind.known, watch)
    await _measure(service, connection, [kind.path(next(unused)) for _ in range(TURN)], kind.new, watch)


async def _measure(service: Service, connection: Connection, paths: Sequence[str], cost: Cost, watch: Watch) -> None:
    before_s = read_cpu_s(service.process)
    for path in paths:
        if watch.is_over:
            break
        cost.tally.add(await connection.send(Request(path)))
    cost.cpu_s += read_cpu_s(service.process) - before_s


def _report(kinds: Sequence[Kind], watch: Watch, wanted: int) -> Section:
    text = (
        f"{format_table(HEAD, [_row(kind) for kind in kinds])}"
        "\n\nProcessor time is that of the service, without PostgreSQL's."
        f" `/health/live`: {watch.describe_health()}; {watch.describe_memory()}."
    )
    return Section(NAME, text, _goals(kinds, watch, wanted))


def _row(kind: Kind) -> tuple[str, ...]:
    failures = describe(kind.known.tally.failures + kind.new.tally.failures)
    figures = (f"{figure:,.2f}" for figure in (kind.known.each_ms, kind.new.each_ms, kind.times))
    return (kind.name, f"{kind.new.tally.requests:,}", *figures, failures)


def _goals(kinds: Sequence[Kind], watch: Watch, wanted: int) -> list[Goal]:
    sent = sum(kind.new.tally.requests for kind in kinds)
    failures = sum((kind.known.tally.failures + kind.new.tally.failures for kind in kinds), Counter[str]())
    # Too few requests of a kind have no processor time that could be counted.
    times = max((kind.times for kind in kinds if math.isfinite(kind.times)), default=math.nan)
    live_ms = 1000 * compute_percentile(watch.health.times_s, 0.99)
    return [
        Goal(f"{NAME}: all requests sent", f"{sent:,} of {wanted:,}", met=sent >= wanted),
        build_failure_goal(f"{NAME}: all are answered", failures),
        build_bound_goal(
            f"{NAME}: memory grows by less than {MOST_GROWTH_MB} MB", watch.growth_mb, MOST_GROWTH_MB, "MB"
        ),
        build_bound_goal(f"{NAME}: a request costs at most {MOST_TIMES_COST} x", times, MOST_TIMES_COST, "x"),
        build_bound_goal(f"{NAME}: 99 % of /health/live within {MOST_HEALTH_MS} ms", live_ms, MOST_HEALTH_MS, "ms"),
        build_failure_goal(f"{NAME}: /health/live is always answered", watch.health.failures),
        watch.memory_goal(NAME),
    ]

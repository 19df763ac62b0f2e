"""One request, asked of several servers in turn: A B C, A B C, A B C, so that a busy minute of the machine hits all."""

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx
import uvloop

from benchmarks.data.places import APART
from benchmarks.load.wrk_run import CONNECTIONS, PATIENCE_S, Load, Run, run_wrk
from benchmarks.peers.served import Served
from benchmarks.report.content import Content, parse_content
from benchmarks.requests.queries import BenchmarkQuery
from benchmarks.servers.process import read_family_cpu_s, read_memory_mb, reset_peak
from benchmarks.statements.bare_sql import find_statement, time_statement
from benchmarks.statements.sent_statements import Statement

BARE_SQL = "bare SQL statement"
# An answer that takes longer than this is asked for once, and its time is all that is told.
TOO_LONG_S = 15.0
WARM_UP_S = 1.0
# So many answers are wanted of one connection, at least, but for no longer than this.
ANSWERS, LONGEST_RUN_S = 3, 20.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Seconds of each run, and how many runs there are of each."""

    seconds: float
    repeats: int


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """The first answer: how long it took, its size, and what it holds; for ever if there was none."""

    took_s: float
    size: int | None = None
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """The medians of a server's runs. `peak_mb` is the most memory that its processes held meanwhile, `cpu_ms` the
    processor time of a request, the server's and the database's: what else is busy on the machine does not change it.
    """

    server: str
    run: Run
    size: int | None
    peak_mb: float | None
    cpu_ms: float | None = None
    content: Content | None = field(default=None, repr=False)


class Participant(Protocol):
    """Something that answers questions."""

    @property
    def name(self) -> str: ...
    def answers(self, question: BenchmarkQuery) -> bool: ...
    def first(self, question: BenchmarkQuery) -> FirstAnswer: ...
    def run(self, question: BenchmarkQuery, seconds: float) -> Run: ...
    def forget_peak(self) -> None: ...
    def peak_mb(self) -> float | None: ...
    def cpu_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is asked by HTTP, each time with these headers; `apart` is about days in turn (see `drive`)."""

    served: Served
    headers: Mapping[str, str] = field(default_factory=dict)
    apart: bool = True
    postmaster: int | None = None

    @property
    def name(self) -> str:
        return self.served.name

    def answers(self, question: BenchmarkQuery) -> bool:
        return question.path(self.name) is not None

    def first(self, question: BenchmarkQuery) -> FirstAnswer:
        """With a while of answers that are not counted, after which it is asked for again."""
        body, took_s = self._asked(question)
        if took_s <= TOO_LONG_S:
            self.run(question, WARM_UP_S)
            took_s = min(took_s, self._asked(question)[1])
        return FirstAnswer(took_s, len(body), parse_content(body, question.form))

    def _asked(self, question: BenchmarkQuery) -> tuple[bytes, float]:
        """The answer, and the seconds that it took. Raises httpx.HTTPError."""
        began = time.perf_counter()
        answer = httpx.get(self._url(question), timeout=PATIENCE_S).raise_for_status()
        return answer.content, time.perf_counter() - began

    def run(self, question: BenchmarkQuery, seconds: float) -> Run:
        return run_wrk(self._url(question), Load(seconds), self.headers, apart=APART if self.apart else None)

    def forget_peak(self) -> None:
        reset_peak(self.served.process)

    def peak_mb(self) -> float:
        return read_memory_mb(self.served.process, peak=True)

    def cpu_s(self) -> float:
        """Processor time that it has used so far, with its database."""
        return read_family_cpu_s(self.served.process) + (read_family_cpu_s(self.postmaster) if self.postmaster else 0)

    def _url(self, question: BenchmarkQuery) -> str:
        return f"{self.served.address}{question.path(self.name)}"


@dataclass(frozen=True, slots=True)
class BareSql:
    """The statement behind our answer, without a server around it."""

    database: str
    postmaster: int
    name: str = BARE_SQL
    found: dict[str, Statement] = field(default_factory=dict)

    def answers(self, _: BenchmarkQuery) -> bool:
        return True

    def first(self, question: BenchmarkQuery) -> FirstAnswer:
        self.found[question.ours] = uvloop.run(find_statement(self.database, question.ours))
        return FirstAnswer(self.run(question, 0).p50_ms / 1000)

    def run(self, question: BenchmarkQuery, seconds: float) -> Run:
        return uvloop.run(time_statement(self.database, self.found[question.ours], seconds, CONNECTIONS))

    def forget_peak(self) -> None: ...

    def peak_mb(self) -> None: ...

    def cpu_s(self) -> float:
        return read_family_cpu_s(self.postmaster)


def measure_in_turns(
    question: BenchmarkQuery, participants: Sequence[Participant], how: RunOptions
) -> list[Measurement]:
    """What was measured of those that have an answer to the question, in the order given."""
    asked = [each for each in participants if each.answers(question)]
    firsts = {each.name: _send_first(each, question) for each in asked}
    runs: dict[str, list[Run]] = {each.name: [] for each in asked}
    cpu_s = dict.fromkeys(runs, 0.0)
    for each in asked:
        each.forget_peak()
    for _ in range(how.repeats):
        for each in asked:
            if (first := firsts[each.name]).took_s <= TOO_LONG_S:
                used_before_s = each.cpu_s()
                runs[each.name].append(each.run(question, _choose_seconds(how, first)))
                cpu_s[each.name] += each.cpu_s() - used_before_s
    return [_summarize_runs(each, firsts[each.name], runs[each.name], cpu_s[each.name]) for each in asked]


def _send_first(one: Participant, question: BenchmarkQuery) -> FirstAnswer:
    try:
        return one.first(question)
    except httpx.HTTPError as fault:
        print(f"{question.name}, {one.name}: {fault!r}", file=sys.stderr)
        return FirstAnswer(float("inf"))


def _choose_seconds(how: RunOptions, first: FirstAnswer) -> float:
    return max(how.seconds, min(LONGEST_RUN_S, ANSWERS * CONNECTIONS * first.took_s))


def _summarize_runs(one: Participant, first: FirstAnswer, runs: Sequence[Run], cpu_s: float) -> Measurement:
    run = compute_median(runs) if runs else Run(1 / first.took_s, 1000 * first.took_s, 1000 * first.took_s)
    cpu_ms = 1000 * cpu_s / run.requests if run.requests else None
    return Measurement(one.name, run, first.size, one.peak_mb(), cpu_ms, first.content)


def compute_median(runs: Sequence[Run]) -> Run:
    """The median of each figure; errors and requests are added up."""
    return Run(
        requests_per_s=statistics.median(run.requests_per_s for run in runs),
        p50_ms=statistics.median(run.p50_ms for run in runs),
        p99_ms=statistics.median(run.p99_ms for run in runs),
        refused=sum(run.refused for run in runs),
        broken=sum(run.broken for run in runs),
        requests=sum(run.requests for run in runs),
    )

"""500 connections at once, and small requests beside somebody who takes the whole world."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.data.places import APART
from benchmarks.load.wrk_run import Load, Run, run_wrk, run_wrk_mixed
from benchmarks.peers.served import Served
from benchmarks.report.comparison import format_number
from benchmarks.report.sections import Goal, Row, Section, format_table
from benchmarks.requests.queries import BenchmarkQuery

CROWD = 500
MOST_TIMES_P50 = 20
DOWNLOADS = 2
HEAD = ("", "connections", "requests/s", "p50 ms", "p99 ms", "slower than", "errors")


def measure_crowd(served: Served, paths: Sequence[str], seconds: float) -> Section:
    """All of them ask for small things at the same time."""
    run_wrk_mixed(served.address, paths, Load(2))
    run = run_wrk_mixed(served.address, paths, Load(seconds, CROWD, threads=2))
    times, errors = run.p99_ms / run.p50_ms, run.refused + run.broken
    row = _format_row("small requests, mixed", CROWD, run, "")
    goals = [
        Goal(f"{CROWD} connections at once: no error", f"{errors:,}", met=errors == 0),
        Goal(
            f"{CROWD} connections at once: p99 below {MOST_TIMES_P50} x p50", f"{times:.1f} x", times < MOST_TIMES_P50
        ),
    ]
    return Section("A crowd", format_table(HEAD, [row]), goals)


def measure_fairness(served: Served, small: BenchmarkQuery, world: BenchmarkQuery, seconds: float) -> Section:
    """One country on four connections and the world on two, each alone and then together."""
    addresses = [f"{served.address}{question.ours}" for question in (small, world)]
    loads = [Load(seconds), Load(seconds, DOWNLOADS)]
    apart = partial(run_wrk, apart=APART)
    alone = [apart(address, load) for address, load in zip(addresses, loads, strict=True)]
    with ThreadPoolExecutor() as both:
        together = list(both.map(apart, addresses, loads))
    rows = []
    for question, load, before, beside in zip((small, world), loads, alone, together, strict=True):
        rows.append(_format_row(f"{question.name}, alone", load.connections, before, ""))
        slower = f"{1 / _compute_share(before, beside):.1f} x" if beside.requests_per_s else "no answer"
        rows.append(_format_row(f"{question.name}, beside the other", load.connections, beside, slower))
    text = "Small requests beside downloads of the world, one worker, each answer made anew.\n\n" + format_table(
        HEAD, rows
    )
    return Section("Fairness", text, [_build_fairness_goal(alone, together)])


def _build_fairness_goal(alone: Sequence[Run], together: Sequence[Run]) -> Goal:
    """Neither starves: each keeps a quarter of what it gets alone, where a half would be an even share."""
    parts = [_compute_share(before, beside) for before, beside in zip(alone, together, strict=True)]
    figure = " and ".join(f"{part:.0%}" for part in parts)
    text = "small requests and a world download together: each keeps a quarter of its speed"
    return Goal(text, figure, met=min(parts) >= 1 / 4)


def _compute_share(before: Run, beside: Run) -> float:
    """The part of its speed that is left; a run too short for one answer has none to lose."""
    return beside.requests_per_s / before.requests_per_s if before.requests_per_s else 1.0


def _format_row(name: str, connections: int, run: Run, slower: str) -> Row:
    errors = f"{run.refused + run.broken:,}"
    return (
        name,
        f"{connections}",
        format_number(run.requests_per_s),
        format_number(run.p50_ms),
        format_number(run.p99_ms),
        slower,
        errors,
    )

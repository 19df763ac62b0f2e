"""An answer that the asker has already: 304 for its entity tag."""

import httpx

from benchmarks.load.turns import RunOptions, Server, compute_median
from benchmarks.peers.served import Served
from benchmarks.report.comparison import format_number
from benchmarks.report.sections import Goal, Section
from benchmarks.requests.queries import BenchmarkQuery

AS_FAST = 0.95


def measure_not_modified(served: Served, question: BenchmarkQuery, how: RunOptions) -> Section:
    """How fast the service says so, in turn with the whole answer: minutes later the machine has another speed."""
    title, goal = "Not modified", "304: as fast as the cached answer"
    answer = httpx.get(f"{served.address}{question.ours}")
    if (tag := answer.headers.get("ETag")) is None:
        return Section(title, f"{question.name} has no ETag.", [Goal(goal, "no ETag", met=False)])
    # What is accepted is a part of the tag; wrk says nothing of it by itself, httpx says this.
    headers = {"Accept": "*/*", "If-None-Match": tag}
    asked_again = httpx.get(f"{served.address}{question.ours}", headers=headers)
    if asked_again.status_code != httpx.codes.NOT_MODIFIED:
        return Section(title, "Its own ETag is not known again.", [Goal(goal, "no 304", met=False)])
    whole, without = Server(served, apart=False), Server(served, headers, apart=False)
    turns = [(whole.run(question, how.seconds), without.run(question, how.seconds)) for _ in range(how.repeats)]
    of_whole, run = (compute_median(runs) for runs in zip(*turns, strict=True))
    part = run.requests_per_s / of_whole.requests_per_s
    text = f"{question.name}, asked with its ETag: {format_number(run.requests_per_s)} requests/s,"
    text += f" p50 {format_number(run.p50_ms)} ms, p99 {format_number(run.p99_ms)} ms; {part:.2f} of the whole answer."
    return Section(title, text, [Goal(goal, f"{part:.2f}", met=part >= AS_FAST)])

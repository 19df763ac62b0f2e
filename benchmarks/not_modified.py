"""An answer that the asker has already: 304 for its entity tag."""

import httpx

from benchmarks.comparison import Compared, number
from benchmarks.peers.crossings import CACHED
from benchmarks.peers.served import Served
from benchmarks.results import Goal, Section
from benchmarks.turns import How, Server, median_of

AS_FAST = 0.95


def not_modified(served: Served, one: Compared, how: How) -> Section:
    """How fast the service says so, beside the whole answer as measured before."""
    title, goal = "Not modified", "304: as fast as the cached answer"
    question = one.question
    answer = httpx.get(f"{served.address}{question.ours}")
    if (tag := answer.headers.get("ETag")) is None:
        return Section(title, f"{question.name} has no ETag.", [Goal(goal, "no ETag", met=False)])
    # What is accepted is a part of the tag; wrk says nothing of it by itself, httpx says this.
    headers = {"Accept": "*/*", "If-None-Match": tag}
    asked_again = httpx.get(f"{served.address}{question.ours}", headers=headers)
    if asked_again.status_code != httpx.codes.NOT_MODIFIED:
        return Section(title, "Its own ETag is not known again.", [Goal(goal, "no 304", met=False)])
    server = Server(served, headers, apart=False)
    run = median_of([server.run(question, how.seconds) for _ in range(how.repeats)])
    part = run.requests_per_s / one.servers[CACHED].run.requests_per_s
    text = f"{question.name}, asked with its ETag: {number(run.requests_per_s)} requests/s,"
    text += f" p50 {number(run.p50_ms)} ms, p99 {number(run.p99_ms)} ms; {part:.2f} of the whole answer."
    return Section(title, text, [Goal(goal, f"{part:.2f}", met=part >= AS_FAST)])

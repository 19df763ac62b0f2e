"""Attack: 200 clients that never read an answer and 200 that send one byte a second, beside ordinary clients."""

import asyncio
from dataclasses import dataclass
from itertools import cycle, islice

from benchmarks.overload.addresses import list_paths_of_all_formats
from benchmarks.overload.figures import (
    build_bound_goal,
    build_failure_goal,
    compute_percentile,
    compute_ratio,
    describe,
    format_milliseconds,
)
from benchmarks.overload.http_connection import HOST
from benchmarks.overload.ordinary_clients import Ordinary, run_alone, run_ordinary
from benchmarks.overload.service import Service
from benchmarks.overload.site import Office, Site
from benchmarks.overload.slow_sockets import Held, never_read, send_slowly
from benchmarks.overload.watch import Watch, watch_service
from benchmarks.report.sections import Goal, Section, format_table

NAME = "slow-clients"
CLIENTS, SECONDS = 200, 120
# Not counted: in its first seconds a service plans its statements.
WARM_UP_S, ALONE_S = 10, 30
MOST_TIMES_SLOWER = 1.5
HEAD = ("ordinary clients", "reads", "median ms", "99 % ms", "failures", "posts", "median ms", "failures")


async def run(site: Site, scale: float) -> Section:
    """Ordinary clients alone, beside the slow ones, and beside those that ask again as soon as they are cut off.

    The last are no goal of latency: two hundred that ask for the largest answers each second keep any machine busy.
    """
    with site.served(NAME) as service:
        await run_alone(service, site, WARM_UP_S * scale, seed=1)
        alone = await run_alone(service, site, ALONE_S * scale, seed=2)
        beside = await _beside(service, site, scale, seed=3, come_back=False)
        again = await _beside(service, site, scale, seed=4, come_back=True)
    rows = [_row("alone", alone), _row("beside slow clients", beside.ordinary), _row("that come back", again.ordinary)]
    text = f"{format_table(HEAD, rows)}\n\n{beside.describe()}\n\nThose that come back: {again.describe()}"
    return Section(NAME, text, [*_goals(alone, beside), *_goals_of_answers(f"{NAME} that come back", again)])


@dataclass(frozen=True, slots=True)
class _Beside:
    """What ordinary clients were answered beside slow ones, and how many of these the service held."""

    ordinary: Ordinary
    watch: Watch
    unread: Held
    slow: Held

    def describe(self) -> str:
        return (
            f"Never read: {self.unread.describe()}. One byte a second: {self.slow.describe()}. "
            f"`/health/ready`: {self.watch.describe_health()}; {self.watch.describe_memory()}."
        )


async def _beside(service: Service, site: Site, scale: float, seed: int, *, come_back: bool) -> _Beside:
    """As many of each kind; of those that send, one half in headers and one in bodies. Senders always come back."""
    unread, slow, count = Held(), Held(), max(2, round(CLIENTS * scale))
    heads = (_head("GET /collections") + b"X-Slow: ", _head_of_post(site.offices[1]))
    async with watch_service(service, SECONDS * scale) as watch, asyncio.TaskGroup() as clients:
        for path in islice(cycle(list_paths_of_all_formats(site)), count):
            request = _head(f"GET {path}") + b"\r\n"
            clients.create_task(never_read(service.port, request, watch, unread, comes_back=come_back))
        for head in islice(cycle(heads), count):
            clients.create_task(send_slowly(service.port, head, b"x", watch, slow))
        ordinary = clients.create_task(run_ordinary(service, site, watch, seed))
    return _Beside(ordinary.result(), watch, unread, slow)


def _head(request: str) -> bytes:
    return f"{request} HTTP/1.1\r\nHost: {HOST}\r\n".encode()


def _head_of_post(office: Office) -> bytes:
    """With a good key, and 5,000 bytes announced."""
    lines = f"Authorization: Bearer {office.key}\r\nContent-Type: text/csv\r\nContent-Length: 5000\r\n\r\n"
    return _head("POST /submissions") + lines.encode()


def _row(name: str, one: Ordinary) -> tuple[str, ...]:
    reads, posts = one.reads, one.posts
    return (
        *(name, f"{reads.requests:,}", format_milliseconds(compute_percentile(reads.times_s, 0.5))),
        *(
            format_milliseconds(compute_percentile(reads.times_s, 0.99)),
            describe(reads.failures),
            f"{posts.requests:,}",
        ),
        *(format_milliseconds(compute_percentile(posts.times_s, 0.5)), describe(posts.failures)),
    )


def _goals(alone: Ordinary, beside: _Beside) -> list[Goal]:
    times = compute_ratio(
        compute_percentile(beside.ordinary.reads.times_s, 0.5), compute_percentile(alone.reads.times_s, 0.5)
    )
    return [
        build_bound_goal(
            f"{NAME}: others' median latency at most {MOST_TIMES_SLOWER} x", times, MOST_TIMES_SLOWER, "x"
        ),
        *_goals_of_answers(NAME, beside),
    ]


def _goals_of_answers(name: str, beside: _Beside) -> list[Goal]:
    return [
        build_failure_goal(f"{name}: no failure for others", beside.ordinary.failures),
        build_failure_goal(f"{name}: /health/ready answers 200 all the time", beside.watch.health.failures),
        beside.watch.memory_goal(name),
    ]

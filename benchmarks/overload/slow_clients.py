"""Attack: 200 clients that never read an answer and 200 that send one byte a second, beside ordinary clients."""

import asyncio
from collections.abc import Coroutine, Iterator
from itertools import cycle, islice

from benchmarks.overload.addresses import paths_of_all_forms
from benchmarks.overload.figures import at_most, describe, milliseconds, none_of, percentile, ratio
from benchmarks.overload.http_connection import HOST
from benchmarks.overload.ordinary_clients import Ordinary, run_alone, run_ordinary
from benchmarks.overload.service import Service
from benchmarks.overload.site import Office, Site
from benchmarks.overload.slow_sockets import Held, never_read, send_slowly
from benchmarks.overload.watch import Watch, watching
from benchmarks.results import Goal, Section, table

NAME = "slow-clients"
CLIENTS, SECONDS = 200, 120
# Not counted: in its first seconds a service plans its statements.
WARM_UP_S, ALONE_S = 10, 30
MOST_TIMES_SLOWER = 1.5
HEAD = ("ordinary clients", "reads", "median ms", "99 % ms", "failures", "posts", "median ms", "failures")


async def run(site: Site, scale: float) -> Section:
    """Ordinary clients alone, then beside the slow ones."""
    with site.served(NAME) as service:
        await run_alone(service, site, WARM_UP_S * scale, seed=1)
        alone = await run_alone(service, site, ALONE_S * scale, seed=2)
        unread, slow = Held(), Held()
        async with watching(service, SECONDS * scale) as watch, asyncio.TaskGroup() as clients:
            for client in _slow_clients(service, site, max(2, round(CLIENTS * scale)), watch, unread, slow):
                clients.create_task(client)
            ordinary = clients.create_task(run_ordinary(service, site, watch, seed=3))
    beside = ordinary.result()
    rows = [_row("alone", alone), _row("beside slow clients", beside)]
    text = (
        f"{table(HEAD, rows)}\n\nNever read: {unread.describe()}. One byte a second: {slow.describe()}. "
        f"`/health/ready`: {watch.describe_health()}; {watch.describe_memory()}."
    )
    return Section(NAME, text, _goals(alone, beside, watch))


def _slow_clients(
    service: Service, site: Site, count: int, watch: Watch, unread: Held, slow: Held
) -> Iterator[Coroutine[None, None, None]]:
    """As many of each kind; of those that send, one half in headers and one in bodies."""
    for path in islice(cycle(paths_of_all_forms(site)), count):
        yield never_read(service.port, _head(f"GET {path}") + b"\r\n", watch, unread)
    heads = (_head("GET /collections") + b"X-Slow: ", _head_of_post(site.offices[1]))
    for head in islice(cycle(heads), count):
        yield send_slowly(service.port, head, b"x", watch, slow)


def _head(request: str) -> bytes:
    return f"{request} HTTP/1.1\r\nHost: {HOST}\r\n".encode()


def _head_of_post(office: Office) -> bytes:
    """With a good key, and 5,000 bytes announced."""
    lines = f"Authorization: Bearer {office.key}\r\nContent-Type: text/csv\r\nContent-Length: 5000\r\n\r\n"
    return _head("POST /submissions") + lines.encode()


def _row(name: str, one: Ordinary) -> tuple[str, ...]:
    reads, posts = one.reads, one.posts
    return (
        *(name, f"{reads.requests:,}", milliseconds(percentile(reads.times_s, 0.5))),
        *(milliseconds(percentile(reads.times_s, 0.99)), describe(reads.failures), f"{posts.requests:,}"),
        *(milliseconds(percentile(posts.times_s, 0.5)), describe(posts.failures)),
    )


def _goals(alone: Ordinary, beside: Ordinary, watch: Watch) -> list[Goal]:
    times = ratio(percentile(beside.reads.times_s, 0.5), percentile(alone.reads.times_s, 0.5))
    return [
        at_most(f"{NAME}: others' median latency at most {MOST_TIMES_SLOWER} x", times, MOST_TIMES_SLOWER, "x"),
        none_of(f"{NAME}: no failure for others", beside.failures),
        none_of(f"{NAME}: /health/ready answers 200 all the time", watch.health.failures),
        watch.memory_goal(NAME),
    ]

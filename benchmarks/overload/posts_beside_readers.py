"""Attack: 100 offices post a small update at once, beside 400 readers whose requests were not sent before."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import count

from benchmarks.overload.figures import build_failure_goal, build_posts_goal
from benchmarks.overload.http_connection import Connection, Request
from benchmarks.overload.literals import KINDS
from benchmarks.overload.repeats import HEAD, PAUSE_S, Repeats, send_again
from benchmarks.overload.service import Service
from benchmarks.overload.site import Site
from benchmarks.overload.updates import Update, count_recorded, generate_updates
from benchmarks.overload.watch import Watch, watch_service
from benchmarks.report.sections import Goal, Section, format_table

NAME = "posts-beside-readers"
OFFICES, READERS, MOST_SECONDS = 100, 400, 60
# What people look for points by: names and filters.
LITERALS = [KINDS[name] for name in ("name=", "text", "LIKE, CASEI", "IN, other lengths")]


async def run(site: Site, scale: float) -> Section:
    """All offices at once, and readers for as long as the posts last."""
    offices, readers = site.offices[: max(2, round(OFFICES * scale))], max(4, round(READERS * scale))
    posts, reads, paths = Repeats(), Repeats(), _new_paths()
    updates = [next(generate_updates(office)) for office in offices]
    with site.served(NAME) as service:
        async with watch_service(service, MOST_SECONDS) as watch, asyncio.TaskGroup() as clients:
            for _ in range(readers):
                clients.create_task(_read(service, paths, watch, reads))
            acknowledged = await _post_all(service, updates, watch, posts)
            watch.end()
        found = await count_recorded(service, site)
    rows = [posts.row("posts", len(offices)), reads.row("reads", readers)]
    health = f"`/health/ready`: {watch.describe_health()}; {watch.describe_memory()}."
    goals = [
        *_goals(posts, reads, len(offices)),
        build_posts_goal(f"{NAME}: each update is in once", acknowledged, [update.token for update in updates], found),
        watch.memory_goal(NAME),
    ]
    return Section(NAME, f"{format_table(HEAD, rows)}\n\n{health}", goals)


def _new_paths() -> Iterator[str]:
    for number in count():
        yield LITERALS[number % len(LITERALS)](number)


async def _read(service: Service, paths: Iterator[str], watch: Watch, reads: Repeats) -> None:
    connection = Connection(service.port)
    while not watch.is_over:
        began = time.monotonic()
        answers = await send_again(connection, Request(next(paths)), lambda: watch.is_over, tries=2)
        reads.add(answers, time.monotonic() - began)
        if not answers[-1].is_success:
            await asyncio.sleep(PAUSE_S)
    connection.close()


async def _post_all(service: Service, updates: Sequence[Update], watch: Watch, posts: Repeats) -> list[str]:
    """Tokens of the updates that were acknowledged."""

    async def post(update: Update) -> str | None:
        connection, began = Connection(service.port, MOST_SECONDS), time.monotonic()
        answers = await send_again(connection, update.request, lambda: watch.is_over)
        posts.add(answers, time.monotonic() - began)
        connection.close()
        return update.token if answers[-1].is_success else None

    tokens = await asyncio.gather(*map(post, updates))
    return [token for token in tokens if token]


def _goals(posts: Repeats, reads: Repeats, offices: int) -> list[Goal]:
    taken = posts.succeeded[1] + posts.succeeded[2]
    figure = f"{posts.succeeded[1]:,} and {posts.succeeded[2]:,} of {offices:,}, slowest {posts.slowest_s:.0f} s"
    is_in_time = taken == offices and posts.slowest_s <= MOST_SECONDS
    return [
        Goal(f"{NAME}: posts are in at the first or second try within {MOST_SECONDS} s", figure, met=is_in_time),
        build_failure_goal(f"{NAME}: no read fails, but for a 503 that succeeds at the second try", reads.failures),
    ]

"""Fault: the disk under the database is filled by posts; then it has room again."""

import asyncio
import datetime as dt
import math
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.overload.figures import Tally, at_most, describe, none_of, posts_in_once, without_503
from benchmarks.overload.http_connection import Connection, Request
from benchmarks.overload.service import Service, serving
from benchmarks.overload.site import Site
from benchmarks.overload.small_disk import CannotMount, fill, measure_mb, mounted
from benchmarks.overload.updates import FIRST_DAY, STATUSES, Update, count_recorded, make_update
from benchmarks.overload.watch import READY, Watch, watching
from benchmarks.results import Goal, Section

NAME = "disk-full"
# The disk is larger than the data by what starting takes; posts begin with this room, less than a segment of the log.
MORE_MB, ROOM_MB = 64, 8
# Below the 100 kB from which a process of its own reads a post; nothing in it can be compressed.
ROWS, COMMENT_BYTES = 9, 7_300
MOST_POSTS, MOST_SECONDS = 400, 240
FULL_S, MOST_BACK_S, GIVE_UP_S, PAUSE_S = 5, 30, 60, 0.5


@dataclass(slots=True)
class Posts:
    """Updates sent and acknowledged, and all answers to them."""

    answers: Tally = field(default_factory=Tally)
    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)

    async def send(self, connection: Connection, update: Update) -> bool:
        """Send the update; true if it is acknowledged."""
        answer = await connection.send(update.request)
        self.answers.add(answer)
        self.sent += [] if update.token in self.sent else [update.token]
        self.acknowledged += [update.token] if answer.is_success else []
        return answer.is_success


async def run(site: Site, scale: float) -> Section:
    """On a copy of the data on a tmpfs, which only root can mount."""
    base = site.directory / "data"
    try:
        with mounted(site.directory, measure_mb(base) + MORE_MB) as disk:
            return await _run_on(site, disk, scale)
    except CannotMount as error:
        return Section(NAME, f"Not run: {error}.", [Goal(f"{NAME}: run", "not run", met=False)])


async def _run_on(site: Site, disk: Path, scale: float) -> Section:
    data, posts = site.copy_to(disk / "data"), Posts()
    with serving(data, site.log(NAME)) as service:
        filler = fill(disk, ROOM_MB)
        async with watching(service, MOST_SECONDS) as watch:
            waiting = await _post_until_full(service, site, posts, watch)
            before = len(posts.acknowledged)
            await _keep_posting(service, waiting, posts, FULL_S * scale)
            filler.unlink()
            back_s = await _keep_posting(service, waiting, posts, GIVE_UP_S)
    with serving(data, site.log(NAME)) as service:
        found = await count_recorded(service, site)
    return _report(posts, before, back_s, found, watch)


async def _post_until_full(service: Service, site: Site, posts: Posts, watch: Watch) -> Update:
    """The update that failed. Raises RuntimeError if none does."""
    connection = Connection(service.port)
    for number in range(MOST_POSTS):
        update = _large_update(site, number)
        if not await posts.send(connection, update):
            connection.close()
            return update
        if watch.is_over:
            break
    raise RuntimeError(f"the disk was not full after {len(posts.sent)} posts")


def _large_update(site: Site, number: int) -> Update:
    day = (FIRST_DAY + dt.timedelta(days=number)).isoformat()
    status = STATUSES[number % len(STATUSES)]
    rows = [
        {"point": point.code, "assessed_on": day, "operational_status": status, "comment": _incompressible()}
        for point in site.points[:ROWS]
    ]
    return make_update(site.admin, {"rows": rows})


def _incompressible() -> str:
    return secrets.token_urlsafe(COMMENT_BYTES)


async def _keep_posting(service: Service, update: Update, posts: Posts, seconds: float) -> float:
    """Send the update until it is acknowledged and the service ready; the seconds that took, infinite if too long."""
    connection, began = Connection(service.port), time.monotonic()
    took_s, is_back = 0.0, False
    while not is_back and took_s < seconds:
        await asyncio.sleep(PAUSE_S)
        is_in = await posts.send(connection, update)
        is_back = is_in and (await connection.send(Request(READY))).is_success
        took_s = time.monotonic() - began
    connection.close()
    return took_s if is_back else math.inf


def _report(posts: Posts, before: int, back_s: float, found: Counter[str], watch: Watch) -> Section:
    text = (
        f"{before:,} posts were acknowledged before the disk was full. {posts.answers.requests:,} tries, failures: "
        f"{describe(posts.answers.failures)}. `/health/ready`: {watch.describe_health()}; {watch.describe_memory()}."
    )
    goals = [
        at_most(f"{NAME}: back by itself within {MOST_BACK_S} s after there is room", back_s, MOST_BACK_S, "s"),
        none_of(f"{NAME}: no failure but 503", without_503(posts.answers.failures)),
        posts_in_once(f"{NAME}: acknowledged posts are in once", set(posts.acknowledged), posts.sent, found),
        watch.memory_goal(NAME),
    ]
    return Section(NAME, text, goals)

"""Fault: the disk under the database is filled by posts; then it has room again."""

import asyncio
import datetime as dt
import math
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.overload.figures import (
    Tally,
    build_bound_goal,
    build_failure_goal,
    build_posts_goal,
    describe,
    exclude_503,
)
from benchmarks.overload.http_connection import Connection, Request
from benchmarks.overload.service import Service, is_running, read_postmaster, run_service
from benchmarks.overload.site import Site
from benchmarks.overload.small_disk import CannotMount, fill, measure_mb, mount_disk, remove_spare_log
from benchmarks.overload.updates import FIRST_DAY, STATUSES, Update, count_recorded, generate_updates, make_update
from benchmarks.overload.watch import READY, Watch, watch_service
from benchmarks.report.sections import Goal, Section, format_table

NAME = "disk-full"
# The disk is larger than the data by what starting takes; posts begin with this room, less than a segment of the log.
MORE_MB, ROOM_MB = 64, 12
# Below the 100 kB from which a process of its own reads a post; nothing in it can be compressed.
ROWS, COMMENT_BYTES = 9, 7_300
MOST_POSTS, MOST_SECONDS = 400, 240
FULL_S, MOST_BACK_S, GIVE_UP_S, PAUSE_S = 20, 30, 60, 0.5
HEAD = ("no room for", "PostgreSQL", "posts before", "tries", "back after s", "failures", "memory")


@dataclass(slots=True)
class Posts:
    """Updates sent and acknowledged, and all answers to them."""

    answers: Tally = field(default_factory=Tally)
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)

    async def send(self, connection: Connection, update: Update) -> bool:
        """Send the update; true if it is acknowledged."""
        answer = await connection.send(update.request)
        self.answers.add(answer)
        self.sent.add(update.token)
        if answer.is_success:
            self.acknowledged.add(update.token)
        return answer.is_success


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one full disk; `ended` is true if PostgreSQL did not outlive it."""

    case: str
    posts: Posts
    before: int
    ended: bool
    back_s: float
    found: Counter[str]
    watch: Watch

    def row(self) -> tuple[str, ...]:
        back = f"{self.back_s:.1f}" if math.isfinite(self.back_s) else "never"
        answers, memory = self.posts.answers, f"{max(self.watch.memory_mb):,.0f} MB"
        figures = (f"{self.before:,}", f"{answers.requests:,}", back, describe(answers.failures), memory)
        return (self.case, "ended" if self.ended else "went on", *figures)

    def goals(self) -> list[Goal]:
        posts, name = self.posts, f"{NAME}, {self.case}"
        return [
            build_bound_goal(f"{name}: back by itself within {MOST_BACK_S} s of room", self.back_s, MOST_BACK_S, "s"),
            build_failure_goal(f"{name}: no failure but 503", exclude_503(posts.answers.failures)),
            build_posts_goal(f"{name}: acknowledged posts are in once", posts.acknowledged, posts.sent, self.found),
            self.watch.memory_goal(name),
        ]


async def run(site: Site, scale: float) -> Section:
    """Where the tables find no room, which PostgreSQL outlives, and where its log finds none, which ends it."""
    try:
        outcomes = [await _attack(site, case, scale) for case in ("tables", "log")]
    except CannotMount as error:
        return Section(NAME, f"Not run: {error}.", [Goal(f"{NAME}: run", "not run", met=False)])
    rows = [outcome.row() for outcome in outcomes]
    return Section(NAME, format_table(HEAD, rows, names=2), [goal for outcome in outcomes for goal in outcome.goals()])


async def _attack(site: Site, case: str, scale: float) -> Outcome:
    with mount_disk(site.directory, measure_mb(site.directory / "data") + MORE_MB) as disk:
        data, posts = site.copy_to(disk / "data"), Posts()
        if case == "log":
            remove_spare_log(data)
        with run_service(data, site.log(NAME)) as service:
            postmaster, filler = read_postmaster(data), fill(disk, ROOM_MB)
            async with watch_service(service, MOST_SECONDS) as watch:
                await _post_until_full(service, site, posts, watch)
                before = len(posts.acknowledged)
                await _post_while_full(service, site, posts, FULL_S * scale)
                ended = postmaster is None or not is_running(postmaster)
                filler.unlink()
                back_s = await _wait_until_back(service, site, posts)
        with run_service(data, site.log(NAME)) as service:
            found = await count_recorded(service, site)
    return Outcome(case, posts, before, ended, back_s, found, watch)


async def _post_until_full(service: Service, site: Site, posts: Posts, watch: Watch) -> None:
    """Raises RuntimeError if no post fails."""
    connection = Connection(service.port)
    for number in range(MOST_POSTS):
        if not await posts.send(connection, _large_update(site, number)):
            connection.close()
            return
        if watch.is_over:
            break
    raise RuntimeError(f"the disk was not full after {len(posts.sent)} posts")


async def _post_while_full(service: Service, site: Site, posts: Posts, seconds: float) -> None:
    """Small updates, which still find room in tables and need the log."""
    connection, until = Connection(service.port), time.monotonic() + seconds
    for update in generate_updates(site.offices[0]):
        if time.monotonic() > until:
            break
        if not await posts.send(connection, update):
            await asyncio.sleep(PAUSE_S)
    connection.close()


async def _wait_until_back(service: Service, site: Site, posts: Posts) -> float:
    """Seconds until an update is acknowledged and the service ready; infinite beyond the longest wait."""
    connection, began, update = Connection(service.port), time.monotonic(), _large_update(site, MOST_POSTS)
    took_s, is_back = 0.0, False
    while not is_back and took_s < GIVE_UP_S:
        is_in = await posts.send(connection, update)
        is_back = is_in and (await connection.send(Request(READY))).is_success
        took_s = time.monotonic() - began
        await asyncio.sleep(PAUSE_S)
    connection.close()
    return took_s if is_back else math.inf


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

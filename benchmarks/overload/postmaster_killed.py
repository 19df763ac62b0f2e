"""Fault: the postmaster is killed ten times, under readers and under posts that are sent again until they are in."""

import asyncio
import math
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.overload.addresses import generate_ordinary_paths
from benchmarks.overload.figures import (
    Tally,
    build_bound_goal,
    build_failure_goal,
    build_posts_goal,
    describe,
    exclude_503,
)
from benchmarks.overload.http_connection import Connection, Request
from benchmarks.overload.repeats import PAUSE_S, send_again
from benchmarks.overload.service import Service, read_postmaster, run_service
from benchmarks.overload.site import Office, Site
from benchmarks.overload.updates import count_recorded, generate_updates
from benchmarks.overload.watch import READY, Watch, watch_service
from benchmarks.report.sections import Goal, Section, format_table

NAME = "postmaster-killed"
KILLS, READERS, OFFICES = 10, 20, 5
LOAD_S, LOOK_S = 3.0, 0.05
MOST_BACK_S, GIVE_UP_S, MOST_SECONDS = 5, 30, 600
HEAD = ("kill", "ready again after s")


@dataclass(slots=True)
class Load:
    """What readers and offices were answered, and the updates sent and acknowledged."""

    answers: Tally = field(default_factory=Tally)
    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)


async def run(site: Site, scale: float) -> Section:
    """Kill under load, then count on the same data what was recorded, if need be after a restart."""
    load, kills = Load(), max(1, round(KILLS * scale))
    with site.copy() as data:
        with run_service(data, site.log(NAME)) as service:
            async with watch_service(service, MOST_SECONDS, every_s=0.2) as watch, asyncio.TaskGroup() as clients:
                for number in range(READERS):
                    clients.create_task(_keep_reading(service, generate_ordinary_paths(site, number), watch, load))
                for office in site.offices[:OFFICES]:
                    clients.create_task(_keep_posting(service, office, watch, load))
                back_s = await _kill_repeatedly(service, kills, watch)
                watch.end()
        with run_service(data, site.log(NAME)) as service:
            found = await count_recorded(service, site)
    return _report(back_s, kills, load, found, watch)


async def _kill_repeatedly(service: Service, kills: int, watch: Watch) -> list[float]:
    """Seconds until the service was ready again after each kill; infinite, and no more kills, if it gave no sign."""
    back_s: list[float] = []
    while len(back_s) < kills and not watch.is_over:
        await asyncio.sleep(LOAD_S)
        postmaster = read_postmaster(service.data)
        if postmaster is None:
            break
        os.kill(postmaster, signal.SIGKILL)
        back_s.append(await _wait_until_back(service, postmaster))
        if math.isinf(back_s[-1]):
            break
    return back_s


async def _wait_until_back(service: Service, killed: int) -> float:
    """Seconds until another postmaster runs and the service is ready; infinite beyond the longest wait."""
    connection, began = Connection(service.port, GIVE_UP_S), time.monotonic()
    took_s, is_back = 0.0, False
    while not is_back and took_s < GIVE_UP_S:
        await asyncio.sleep(LOOK_S)
        is_ready = (await connection.send(Request(READY))).is_success
        is_back = is_ready and read_postmaster(service.data) not in {None, killed}
        took_s = time.monotonic() - began
    connection.close()
    return took_s if is_back else math.inf


async def _keep_reading(service: Service, paths: Iterator[str], watch: Watch, load: Load) -> None:
    connection = Connection(service.port)
    while not watch.is_over:
        answer = await connection.send(Request(next(paths)))
        load.answers.add(answer)
        await asyncio.sleep(0.02 if answer.is_success else PAUSE_S)
    connection.close()


async def _keep_posting(service: Service, office: Office, watch: Watch, load: Load) -> None:
    connection = Connection(service.port)
    for update in generate_updates(office):
        if watch.is_over:
            break
        load.sent.append(update.token)
        answers = await send_again(connection, update.request, lambda: watch.is_over)
        for answer in answers:
            load.answers.add(answer)
        if answers[-1].is_success:
            load.acknowledged.append(update.token)
        await asyncio.sleep(PAUSE_S)
    connection.close()


def _report(back_s: list[float], kills: int, load: Load, found: Counter[str], watch: Watch) -> Section:
    rows = [
        (f"{number}", f"{seconds:.1f}" if math.isfinite(seconds) else "never")
        for number, seconds in enumerate(back_s, 1)
    ]
    text = (
        f"{format_table(HEAD, rows)}\n\n"
        f"{load.answers.requests:,} requests, failures: {describe(load.answers.failures)}. "
        f"`/health/ready`: {watch.describe_health()}; {watch.describe_memory()}."
    )
    back = sum(map(math.isfinite, back_s))
    slowest_s = max(back_s, default=math.inf)
    goals = [
        Goal(f"{NAME}: killed and back {kills} times", f"{back}", met=back == kills),
        build_bound_goal(f"{NAME}: ready again within {MOST_BACK_S} s each", slowest_s, MOST_BACK_S, "s"),
        build_failure_goal(f"{NAME}: no failure but 503", exclude_503(load.answers.failures)),
        build_posts_goal(f"{NAME}: acknowledged posts are in once", load.acknowledged, load.sent, found),
        watch.memory_goal(NAME),
    ]
    return Section(NAME, text, goals)

"""Ordinary clients: a few that read, and an office that posts a small update now and then."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.overload.addresses import generate_ordinary_paths
from benchmarks.overload.figures import Tally
from benchmarks.overload.http_connection import Connection, Request
from benchmarks.overload.service import Service
from benchmarks.overload.site import Site
from benchmarks.overload.updates import generate_updates
from benchmarks.overload.watch import Watch, watch_service

READERS, READ_EVERY_S, POST_EVERY_S = 4, 0.05, 5.0


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What ordinary clients were answered."""

    reads: Tally = field(default_factory=Tally)
    posts: Tally = field(default_factory=Tally)

    @property
    def failures(self) -> Counter[str]:
        return self.reads.failures + self.posts.failures


async def run_alone(service: Service, site: Site, seconds: float, seed: int) -> Ordinary:
    """Run ordinary clients with nobody beside them."""
    async with watch_service(service, seconds) as watch:
        return await run_ordinary(service, site, watch, seed)


async def run_ordinary(service: Service, site: Site, watch: Watch, seed: int) -> Ordinary:
    """Run ordinary clients until the load ends; another seed asks for other days and places."""
    ordinary = Ordinary()
    async with asyncio.TaskGroup() as clients:
        for number in range(READERS):
            reads = (Request(path) for path in generate_ordinary_paths(site, seed=READERS * seed + number))
            clients.create_task(_keep_sending(service, reads, READ_EVERY_S, watch, ordinary.reads))
        posts = (update.request for update in generate_updates(site.offices[0], comment=f"seed {seed}"))
        clients.create_task(_keep_sending(service, posts, POST_EVERY_S, watch, ordinary.posts))
    return ordinary


async def _keep_sending(
    service: Service, requests: Iterator[Request], pause_s: float, watch: Watch, tally: Tally
) -> None:
    connection = Connection(service.port)
    while not watch.is_over:
        tally.add(await connection.send(next(requests)))
        await asyncio.sleep(max(0, min(pause_s, watch.left_s)))
    connection.close()

"""Watching a service under a load: its health on a connection of its own, its memory, and when the load ends."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from benchmarks.overload.figures import Tally, build_bound_goal, compute_percentile, describe, format_milliseconds
from benchmarks.overload.http_connection import Connection, Request
from benchmarks.overload.service import Service
from benchmarks.report.sections import Goal
from benchmarks.servers.process import read_memory_mb, reset_peak

LIVE, READY = "/health/live", "/health/ready"
MEMORY_EVERY_S = 0.5
PATIENCE_S = 60
# A service that takes this much has missed every goal; the machine is spared what would come next.
MOST_MB = 1_500


@dataclass(slots=True)
class Watch:
    """Answers of a health address, MB of the service over time, and how many seconds of the load are left."""

    ends_at: float
    health: Tally = field(default_factory=Tally)
    memory_mb: list[float] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """True when the load has to end: its time is up, or the service has taken too much memory."""
        return self.left_s <= 0 or self.has_too_much_memory

    @property
    def left_s(self) -> float:
        return self.ends_at - time.monotonic()

    @property
    def has_too_much_memory(self) -> bool:
        return max(self.memory_mb) > MOST_MB

    @property
    def growth_mb(self) -> float:
        """By how much more memory the service has at the end than it had before."""
        return self.memory_mb[-1] - self.memory_mb[0]

    def end(self) -> None:
        """End the load early."""
        self.ends_at = time.monotonic()

    def memory_goal(self, name: str) -> Goal:
        """Goal that every attack has: beyond this memory its load is ended."""
        return build_bound_goal(f"{name}: the service stays below {MOST_MB:,} MB", max(self.memory_mb), MOST_MB, "MB")

    def describe_health(self) -> str:
        slowest = format_milliseconds(compute_percentile(self.health.times_s, 1))
        return f"{self.health.requests:,} times, slowest {slowest} ms, failures: {describe(self.health.failures)}"

    def describe_memory(self) -> str:
        """MB before, at most, and at the end."""
        first, most, last = self.memory_mb[0], max(self.memory_mb), self.memory_mb[-1]
        return f"memory of the service: {first:,.0f} MB before, {most:,.0f} at most, {last:,.0f} at the end"


@asynccontextmanager
async def watch_service(
    service: Service, seconds: float, *, path: str = READY, every_s: float = 1
) -> AsyncIterator[Watch]:
    """Watch until the block ends; the load has `seconds`, and health is asked every `every_s` seconds."""
    reset_peak(service.process)
    watch = Watch(time.monotonic() + seconds, memory_mb=[read_memory_mb(service.process)])
    tasks = [
        asyncio.create_task(_watch_memory(service, watch)),
        asyncio.create_task(_watch_health(service, watch, path, every_s)),
    ]
    try:
        yield watch
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    current_mb, peak_mb = read_memory_mb(service.process), read_memory_mb(service.process, peak=True)
    watch.memory_mb += [peak_mb, current_mb]


async def _watch_memory(service: Service, watch: Watch) -> None:
    while True:
        watch.memory_mb.append(read_memory_mb(service.process))
        await asyncio.sleep(MEMORY_EVERY_S)


async def _watch_health(service: Service, watch: Watch, path: str, every_s: float) -> None:
    connection = Connection(service.port, PATIENCE_S)
    try:
        while True:
            answer = await connection.send(Request(path))
            watch.health.add(answer)
            await asyncio.sleep(max(0, every_s - answer.seconds))
    finally:
        connection.close()

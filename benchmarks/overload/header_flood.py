"""Attack: 50 connections each send a header line without end, and 300 connections never say anything."""

import asyncio

from benchmarks.overload.figures import build_bound_goal, build_failure_goal, compute_percentile
from benchmarks.overload.http_connection import HOST
from benchmarks.overload.site import Site
from benchmarks.overload.slow_sockets import Held, send_slowly
from benchmarks.overload.watch import LIVE, watch_service
from benchmarks.report.sections import Section

NAME = "header-flood"
FLOODING, SILENT, SECONDS = 50, 300, 30
HEAD = f"GET /collections HTTP/1.1\r\nHost: {HOST}\r\nX-Flood: ".encode()
# 3 MB a second on each connection, as fast as lines are.
PIECE, PIECE_EVERY_S = b"x" * 65_536, 0.02
HEALTH_EVERY_S, MOST_HEALTH_MS, MOST_GROWTH_MB = 0.1, 1_000, 50


async def run(site: Site, scale: float) -> Section:
    """All at once, beside questions for `/health/live`."""
    flooding, silent = Held(), Held()
    with site.served(NAME) as service:
        async with (
            watch_service(service, SECONDS * max(scale, 0.1), path=LIVE, every_s=HEALTH_EVERY_S) as watch,
            asyncio.TaskGroup() as clients,
        ):
            for _ in range(max(2, round(FLOODING * scale))):
                clients.create_task(send_slowly(service.port, HEAD, PIECE, watch, flooding, PIECE_EVERY_S))
            for _ in range(max(2, round(SILENT * scale))):
                clients.create_task(send_slowly(service.port, b"", b"", watch, silent))
    text = (
        f"Headers without end: {flooding.describe()}. Silent: {silent.describe()}. "
        f"`/health/live`: {watch.describe_health()}; {watch.describe_memory()}."
    )
    slowest_ms = 1000 * compute_percentile(watch.health.times_s, 1)
    growth_mb = max(watch.memory_mb) - watch.memory_mb[0]
    goals = [
        build_bound_goal(f"{NAME}: /health/live answers within 1 s", slowest_ms, MOST_HEALTH_MS, "ms"),
        build_failure_goal(f"{NAME}: /health/live is always answered", watch.health.failures),
        build_bound_goal(
            f"{NAME}: memory grows by at most {MOST_GROWTH_MB} MB meanwhile", growth_mb, MOST_GROWTH_MB, "MB"
        ),
        watch.memory_goal(NAME),
    ]
    return Section(NAME, text, goals)

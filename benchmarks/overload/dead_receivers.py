"""Attack: an office whose many webhooks never answer; another office's receiver has to hear of news all the same."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from benchmarks.overload.figures import build_bound_goal, name_failure
from benchmarks.overload.http_connection import HOST, Connection, Request
from benchmarks.overload.receivers import Receiver, run_receiver
from benchmarks.overload.service import Service
from benchmarks.overload.site import Office, Site
from benchmarks.overload.updates import generate_updates
from benchmarks.overload.watch import Watch, watch_service
from benchmarks.report.sections import Goal, Section, format_table

NAME = "dead-receivers"
WEBHOOKS, POSTS = 1_000, 5
MOST_DELAY_S, GIVE_UP_S, MOST_SECONDS = 5, 90, 600
HEAD = ("webhooks per office", "news after s", "refusal", "dead webhooks", "connections to them")
BOUNDS: Mapping[str, Mapping[str, str]] = {"as it is": {}, "raised": {"CROSSINGS_WEBHOOKS_PER_OFFICE": "100000"}}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: webhooks added, the answer that ended adding, delays of the news, connections to dead receivers."""

    bound: str
    added: int
    refusal: str
    delays_s: list[float]
    connections: int
    watch: Watch

    def row(self) -> tuple[str, ...]:
        delays = ", ".join(f"{delay:.1f}" for delay in self.delays_s)
        return (self.bound, delays, self.refusal, f"{self.added:,}", f"{self.connections:,}")

    def goals(self) -> list[Goal]:
        text = f"{NAME}: news within {MOST_DELAY_S} s, {POSTS} times, bound {self.bound}"
        return [
            build_bound_goal(text, max(self.delays_s), MOST_DELAY_S, "s"),
            self.watch.memory_goal(f"{NAME}, {self.bound}"),
        ]


async def run(site: Site, scale: float) -> Section:
    """With the bound on webhooks as it is, then raised."""
    count = max(5, round(WEBHOOKS * scale))
    runs = [await _attack(site, bound, count, settings) for bound, settings in BOUNDS.items()]
    rows = [one.row() for one in runs]
    return Section(NAME, format_table(HEAD, rows, names=3), [goal for one in runs for goal in one.goals()])


async def _attack(site: Site, bound: str, count: int, settings: Mapping[str, str]) -> Measured:
    with site.served(NAME, CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES="true", **settings) as service:
        async with (
            run_receiver(answers=False) as dead,
            run_receiver(answers=True) as good,
            watch_service(service, MOST_SECONDS) as watch,
        ):
            added, refusal = await _add_webhooks(service, site.offices[0], dead.port, count)
            await _add_webhooks(service, site.offices[1], good.port, 1)
            delays_s = await _time_news(service, site.offices[2], good, watch)
    return Measured(bound, added, refusal, delays_s, dead.connections, watch)


async def _add_webhooks(service: Service, office: Office, port: int, count: int) -> tuple[int, str]:
    """How many the service took, of so many, and its first refusal."""
    connection = Connection(service.port)
    headers = {"Authorization": f"Bearer {office.key}", "Content-Type": "application/json"}
    for number in range(count):
        body = json.dumps({"url": f"http://{HOST}:{port}/{number}"}).encode()
        answer = await connection.send(Request("/webhooks", "POST", headers, body))
        if not answer.is_success:
            connection.close()
            return number, name_failure(answer)
    connection.close()
    return count, "none"


async def _time_news(service: Service, office: Office, good: Receiver, watch: Watch) -> list[float]:
    """Seconds from the answer to each update until the receiver hears of it; no more updates after one gets lost."""
    connection, delays_s = Connection(service.port), list[float]()
    for update in islice(generate_updates(office), POSTS):
        began = time.monotonic()
        answer = await connection.send(update.request)
        answered = time.monotonic()
        heard = await good.wait_for_message(began, GIVE_UP_S) if answer.is_success else math.inf
        delays_s.append(max(0, heard - answered))
        if math.isinf(heard) or watch.is_over:
            break
    connection.close()
    return delays_s if len(delays_s) == POSTS else [*delays_s, math.inf]

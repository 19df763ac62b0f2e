"""All connections of the process: bounds on their number, and a sweep each second over waiting connections."""

import asyncio
import ipaddress
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from api.server.limits import ConnectionLimits

log = logging.getLogger(__name__)
SWEEP_S = 1.0
# Share of connections that is closed at once when all are taken: choosing them checks every connection.
CLOSED_SHARE = 1 / 20
# Share of connections beyond the bound that get a 503; further connections are closed without a response.
ANSWERED_SHARE = 1 / 4
TOO_MANY = "all connections of the service are in use; try again in a few seconds"
TOO_MANY_OF_ADDRESS = "too many connections from this address; close some, or reuse them for more requests"


class Connection(Protocol):
    """Interface of a connection that the registry needs."""

    @property
    def address(self) -> str: ...

    @property
    def large_unsent(self) -> tuple[int, int] | None:
        """Identity and length of a large response that its client has not received completely."""

    @property
    def slow_s(self) -> float:
        """Seconds by which the client is behind the minimum rate, or since it last moved a byte."""

    @property
    def expendable_s(self) -> float | None:
        """Seconds for which the connection has waited for its client; None while it serves a request."""

    def sweep(self, elapsed_s: float) -> None:
        """End the connection if its client has used up its time."""

    def abort(self) -> None: ...


class Connections:
    """The open connections, oldest first, within `limits`. Timeouts are exact to within two sweeps."""

    def __init__(self, limits: ConnectionLimits, sweep_s: float = SWEEP_S) -> None:
        self.limits = limits
        self.sweep_s = sweep_s
        self._open: dict[Connection, str] = {}
        self._counts_by_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> str | None:
        """Count a new connection; return the reason to refuse its requests, or None."""
        address = _parse_network(connection.address) if self.limits.connections_per_address else ""
        self._open[connection] = address
        self._counts_by_address[address] += 1
        if refused := self._enforce_bound(
            connection, self._counts_by_address[address], self.limits.connections_per_address
        ):
            return TOO_MANY_OF_ADDRESS
        if len(self._open) > self.limits.connections and not self._close_idle(connection):
            refused = self._enforce_bound(connection, len(self._open), self.limits.connections)
        return TOO_MANY if refused else None

    def _enforce_bound(self, connection: Connection, count: int, bound: int) -> bool:
        if not bound or count <= bound:
            return False
        if count > bound + max(1, int(bound * ANSWERED_SHARE)):
            self._end(connection)
        return True

    def _close_idle(self, new: Connection) -> bool:
        """Close the connections that have waited longest for their clients; return whether there were any."""
        waiting = [(each.expendable_s, each) for each in self._open if each is not new]
        idle = sorted(((s, each) for s, each in waiting if s is not None), key=lambda pair: -pair[0])
        for _, connection in idle[: max(1, int(self.limits.connections * CLOSED_SHARE))]:
            self._end(connection)
        return bool(idle)

    def remove(self, connection: Connection) -> None:
        """Remove a connection from the counts; no effect if it was removed before."""
        address = self._open.pop(connection, None)
        if address is not None:
            self._counts_by_address[address] -= 1
            if not self._counts_by_address[address]:
                del self._counts_by_address[address]

    def _end(self, connection: Connection) -> None:
        connection.abort()
        self.remove(connection)

    def count_unsent_bytes(self) -> int:
        """Return the bytes of large responses that clients have not received yet; equal responses share memory."""
        return sum(length for _, length in {each.large_unsent or (0, 0) for each in self._open})

    def bound_unsent(self) -> None:
        """Abort the slowest receivers of large responses, until the others' unsent bytes fit the bound.

        One receiver always remains, even if its response alone exceeds the bound.
        """
        if self.count_unsent_bytes() <= self.limits.unsent_bytes:
            return
        taking = [each for each in self._open if each.large_unsent]
        for connection in sorted(taking, key=lambda each: -each.slow_s)[:-1]:
            self._end(connection)
            if self.count_unsent_bytes() <= self.limits.unsent_bytes:
                return

    def abort_all(self) -> None:
        for connection in list(self._open):
            self._end(connection)

    @asynccontextmanager
    async def run_sweeps(self) -> AsyncIterator[None]:
        """Sweep over the connections until the block ends."""
        task = asyncio.create_task(self._sweep_for_ever())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _sweep_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        last_s = loop.time()
        while True:
            await asyncio.sleep(self.sweep_s)
            now_s = loop.time()
            # The time of a sweep is bounded, so that clients are not charged for a busy process.
            self._sweep(min(now_s - last_s, 2 * self.sweep_s))
            last_s = now_s

    def _sweep(self, elapsed_s: float) -> None:
        for connection in list(self._open):
            try:
                connection.sweep(elapsed_s)
            except Exception:
                log.exception("failed to check a connection")
                self._end(connection)


def _parse_network(address: str) -> str:
    """Return the network that counts as one client: an IPv4 address, or the /64 of an IPv6 address (one household)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))

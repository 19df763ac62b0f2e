"""All connections of the process: how many there may be, and one sweep a second over those that wait for clients."""

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
# When all connections are taken, this part of them is closed at once: choosing costs a look at each.
CLOSED_AT_ONCE = 1 / 20
# Beyond the bound this part more is answered with 503; what comes on top of that is closed unanswered.
ANSWERED_BEYOND = 1 / 4
TOO_MANY = "all connections of the service are in use; try again in a few seconds"
TOO_MANY_OF_ADDRESS = "too many connections from this address; close some, or reuse them for more requests"


class Connection(Protocol):
    """What is needed of a connection here."""

    @property
    def address(self) -> str: ...

    @property
    def large_unsent(self) -> tuple[int, int] | None:
        """Identity and length of a large answer that its client has not taken in whole."""

    @property
    def slow_s(self) -> float:
        """Seconds by which the client is behind the least rate, or for which it has moved nothing."""

    @property
    def expendable_s(self) -> float | None:
        """How long the client has kept the connection waiting; None while something is under way for it."""

    def sweep(self, elapsed_s: float) -> None:
        """End the connection if its client has used up its time."""

    def abort(self) -> None: ...


class Connections:
    """The open connections, oldest first, within `limits`. Time-outs are exact to within two sweeps."""

    def __init__(self, limits: ConnectionLimits, sweep_s: float = SWEEP_S) -> None:
        self.limits = limits
        self.sweep_s = sweep_s
        self._open: dict[Connection, str] = {}
        self._of_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> str | None:
        """Count a new connection; return why its requests have to be refused, None if they may be served."""
        address = _network_of(connection.address) if self.limits.connections_per_address else ""
        self._open[connection] = address
        self._of_address[address] += 1
        if refused := self._beyond(connection, self._of_address[address], self.limits.connections_per_address):
            return TOO_MANY_OF_ADDRESS
        if len(self._open) > self.limits.connections and not self._close_idle(connection):
            refused = self._beyond(connection, len(self._open), self.limits.connections)
        return TOO_MANY if refused else None

    def _beyond(self, connection: Connection, count: int, bound: int) -> bool:
        if not bound or count <= bound:
            return False
        if count > bound + max(1, int(bound * ANSWERED_BEYOND)):
            self._end(connection)
        return True

    def _close_idle(self, new: Connection) -> bool:
        """Close the connections that have kept us waiting longest; return whether there were any."""
        waiting = [(each.expendable_s, each) for each in self._open if each is not new]
        idle = sorted(((s, each) for s, each in waiting if s is not None), key=lambda pair: -pair[0])
        for _, connection in idle[: max(1, int(self.limits.connections * CLOSED_AT_ONCE))]:
            self._end(connection)
        return bool(idle)

    def remove(self, connection: Connection) -> None:
        """Count a connection no longer; nothing if that was done."""
        address = self._open.pop(connection, None)
        if address is not None:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def _end(self, connection: Connection) -> None:
        connection.abort()
        self.remove(connection)

    def unsent_bytes(self) -> int:
        """Memory in large answers that clients have not taken yet; clients of the same answer share its memory."""
        return sum(length for _, length in {each.large_unsent or (0, 0) for each in self._open})

    def bound_unsent(self) -> None:
        """Abort the slowest of those that have not taken a large answer, until the others' fit the bound.

        One is left, however large its answer.
        """
        if self.unsent_bytes() <= self.limits.unsent_bytes:
            return
        taking = [each for each in self._open if each.large_unsent]
        for connection in sorted(taking, key=lambda each: -each.slow_s)[:-1]:
            self._end(connection)
            if self.unsent_bytes() <= self.limits.unsent_bytes:
                return

    def abort_all(self) -> None:
        for connection in list(self._open):
            self._end(connection)

    @asynccontextmanager
    async def swept(self) -> AsyncIterator[None]:
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
            # A process that was busy for long does not hold that against its clients.
            self._sweep(min(now_s - last_s, 2 * self.sweep_s))
            last_s = now_s

    def _sweep(self, elapsed_s: float) -> None:
        for connection in list(self._open):
            try:
                connection.sweep(elapsed_s)
            except Exception:
                log.exception("a connection could not be looked at")
                self._end(connection)


def _network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 of an IPv6 address, which one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))

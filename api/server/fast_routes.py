"""Fast routes: frequent requests for public data go straight to their endpoints, at most a few beside an update."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from functools import partial

from fastapi import FastAPI, Request, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.concurrency.fair_queue import RETRY_AFTER_S, FairQueue
from api.exception_handlers import build_error_response
from api.exceptions import Overloaded
from api.main import FAST_ROUTES, count_active_queries
from api.settings import get_settings

Endpoint = Callable[[Request], Awaitable[Response]]
MAX_READS_DURING_UPDATE = 2
MAX_WAITING = 2_000
# A waiting read also checks at this interval, in case no other read wakes it.
LOOK_EVERY_S = 0.25
BUSY = "Too many requests are waiting while updates are published."


class ReadThrottle:
    """Async context manager around public reads; it blocks only while an update is published.

    All requests of a process share one thread. 400 readers with new queries kept it so busy that each of the update's
    messages to the database waited for the work of ten reads, and 100 small updates took a minute instead of ten
    seconds (benchmarks/overload, posts-beside-readers). Readers lose little: they wait here instead of there.

    Entering waits for a turn, in order; leaving wakes waiting reads. Raises Overloaded after CROSSINGS_POOL_WAIT_S.

    `publishing` is the queue of updates, and `count_reads` returns how many answers the database works on.
    """

    def __init__(self, publishing: FairQueue, count_reads: Callable[[], int]) -> None:
        self._publishing = publishing
        self._count_reads = count_reads
        self.max_wait_s: float = get_settings().crossings_pool_wait_s
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """Number of waiting reads."""
        return len(self._waiting)

    async def __aenter__(self) -> None:
        if self._is_closed():
            try:
                await self._wait()
            except BaseException:
                # A read that leaves in the moment of its turn has to wake the next.
                self._wake_next()
                raise

    async def __aexit__(self, *_: object) -> None:
        self._wake_next()

    def _is_closed(self) -> bool:
        return bool(self._publishing.in_use) and self._count_reads() >= MAX_READS_DURING_UPDATE

    async def _wait(self) -> None:
        if len(self._waiting) >= MAX_WAITING:
            raise Overloaded(BUSY, RETRY_AFTER_S)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self.max_wait_s):
                while not await _is_woken(turn) and self._is_closed():
                    pass
        except TimeoutError:
            raise Overloaded(BUSY, RETRY_AFTER_S) from None
        finally:
            if not turn.done():
                self._waiting.remove(turn)
                turn.cancel()

    def _wake_next(self) -> None:
        """Wake two reads for each that ends, to soon use the full allowance; all at once would delay other requests."""
        for _ in range(2):
            if self._waiting and not self._is_closed():
                self._waiting.popleft().set_result(None)


async def _is_woken(turn: asyncio.Future[None]) -> bool:
    await asyncio.wait({turn}, timeout=LOOK_EVERY_S)
    return turn.done()


class FastRouter:
    """ASGI application for public data; calls the endpoints at these paths directly, and `app` for all other paths.

    The middleware has nothing to do there: these requests have no body to limit, and the response cache sets the CORS
    headers. It took a fifth of Python's time for a small answer. `order` delays reads during an update.
    """

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, Endpoint], order: ReadThrottle | None = None) -> None:
        self.app = app
        self._order = order
        self._routes = [Route(path, endpoint) for path, endpoint in endpoints.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for route in self._routes:
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                request = Request({**scope, **child_scope, "app": self.app}, receive)
                response = await _call_endpoint(request, route.endpoint, self._order)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _call_endpoint(request: Request, endpoint: Endpoint, order: ReadThrottle | None) -> Response:
    try:
        async with order or nullcontext():
            return await endpoint(request)
    except Exception as error:  # noqa: BLE001 - as the application answers to it
        return await build_error_response(request, error)


def build_fast_router(app: FastAPI) -> FastRouter:
    """Build the fast routes of the application, which delay reads while it publishes an update."""
    throttle = ReadThrottle(app.state.writers.publishing, partial(count_active_queries, app))
    return FastRouter(app, FAST_ROUTES, throttle)

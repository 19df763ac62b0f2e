"""A client's connection: uvicorn's HTTP protocol, with bounds on the client's input, memory and time."""

import asyncio
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.refusals import Refusal, build_refusing_app
from api.server.connections import Connections
from api.server.limits import Pace
from api.server.transport import CountingTransport, LoopWithoutTimers

# Bytes the parser gets at a time: between pieces, unparsed bytes such as half a header are counted.
PIECE_BYTES = 16_384
MAX_HEADERS = 100
# Requests sent ahead of a response. Each took 3 kB before it was checked, and one read contained 14,000 requests.
MAX_PIPELINED = 20
# A refused client may go on sending for a moment: closing at once would discard the response to it.
LINGER_S = 2
LINGER_BYTES = 1_000_000
# Time to read the rest of a body whose response was sent before its end.
UNREAD_BODY_S = 30
# A client slower than this is closed before others are refused.
STALLED_S = 5
TOO_SLOW = "the body came too slowly: send at least {} bytes a second"


class WaitState(Enum):
    """Event that a connection waits for."""

    NOTHING = auto()
    FIRST_BYTE = auto()
    HEAD = auto()
    NEXT_REQUEST = auto()
    BODY = auto()
    UNREAD_BODY = auto()
    ANSWER_TAKEN = auto()
    LINGERING = auto()


RATE_BOUND_STATES = {WaitState.BODY, WaitState.ANSWER_TAKEN}


class HeadRefused(Exception):
    """Exception inside the parser that stops it."""


class ClientConnection(HttpToolsProtocol):
    """One client's connection. `registry` has its limits and calls `sweep` about once a second."""

    def __init__(self, registry: Connections, **uvicorn: Any) -> None:  # noqa: ANN401 - uvicorn's own arguments
        super().__init__(**uvicorn)
        self.loop = cast("asyncio.AbstractEventLoop", LoopWithoutTimers(self.loop))
        self.registry = registry
        self.limits = registry.limits
        self._counting: CountingTransport
        self._unparsed_bytes = 0
        self._refusal: Refusal | None = None
        self._is_lingering = False
        self._lingering_bytes = 0
        self._heads = 0
        self._body_bytes = 0
        self._pace = Pace(registry.limits)
        self._waiting: tuple[WaitState, int] = (WaitState.FIRST_BYTE, 0)
        self._waiting_s = 0.0

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    @property
    def large_unsent(self) -> tuple[int, int] | None:
        return self._counting.large if self._counting.large and self._counting.count_unsent_bytes() else None

    @property
    def slow_s(self) -> float:
        return self._pace.slow_s

    @property
    def expendable_s(self) -> float | None:
        waiting = self._determine_wait()
        if waiting in RATE_BOUND_STATES:
            return self.slow_s if self.slow_s >= STALLED_S else None
        if waiting is WaitState.NOTHING:
            return None
        return self._waiting_s if self._waiting == (waiting, self._heads) else 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._counting = CountingTransport(transport, self.registry.bound_unsent)
        super().connection_made(cast("asyncio.Transport", self._counting))
        if detail := self.registry.add(self):
            self.app = build_refusing_app(detail)

    def connection_lost(self, exc: Exception | None) -> None:
        self.registry.remove(self)
        super().connection_lost(exc)

    def abort(self) -> None:
        self.transport.abort()

    # Input

    def data_received(self, data: bytes) -> None:
        if len(data) > PIECE_BYTES:
            self._receive_in_pieces(data)
        elif self._is_lingering:
            self._discard_bytes(len(data))
        else:
            self._unparsed_bytes += len(data)
            super().data_received(data)
            if self._unparsed_bytes > self.limits.head_bytes:
                self._refuse(self._build_head_refusal())

    def _receive_in_pieces(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE_BYTES):
            if self.transport.is_closing():
                return
            self.data_received(data[start : start + PIECE_BYTES])

    def on_headers_complete(self) -> None:
        if self._unparsed_bytes > self.limits.head_bytes or len(self.headers) > MAX_HEADERS or self.pipeline:
            self._check_head()
        self._unparsed_bytes = 0
        super().on_headers_complete()
        self._heads += 1

    def _check_head(self) -> None:
        if self._measure_head() > self.limits.head_bytes:
            self._stop_parsing(self._build_head_refusal())
        if len(self.headers) > MAX_HEADERS:
            detail = f"the request has more than {MAX_HEADERS} headers"
            self._stop_parsing(Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail))
        if len(self.pipeline) >= MAX_PIPELINED:
            self._stop_parsing(Refusal(HTTPStatus.BAD_REQUEST, f"more than {MAX_PIPELINED} requests sent ahead"))

    def on_body(self, body: bytes) -> None:
        self._unparsed_bytes = 0
        self._body_bytes += len(body)
        super().on_body(body)

    def _measure_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)

    def _build_head_refusal(self) -> Refusal:
        detail = f"the request line and headers have more than {self.limits.head_bytes:,} bytes together"
        return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)

    # Refusing

    def _stop_parsing(self, refusal: Refusal) -> None:
        self._refusal = refusal
        raise HeadRefused

    def send_400_response(self, msg: str) -> None:
        """Send the refusal. uvicorn calls this when its parser stops."""
        self._refuse(self._refusal or Refusal(HTTPStatus.BAD_REQUEST, msg))

    def _refuse(self, refusal: Refusal) -> None:
        """Send the refusal, unless another response is under way, and close; discard further input for a moment."""
        if self._is_lingering:
            return
        if self.pipeline or (self.cycle and self.cycle.response_started and not self.cycle.response_complete):
            self.abort()
            return
        self._is_lingering = True
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(refusal.build_response(self.server_state.default_headers))
        self.transport.write_eof()
        self.flow.resume_reading()

    def _discard_bytes(self, count: int) -> None:
        self._lingering_bytes += count
        if self._lingering_bytes > LINGER_BYTES:
            self.abort()

    # Waiting

    def sweep(self, elapsed_s: float) -> None:
        waiting = (self._determine_wait(), self._heads)
        self._waiting_s = self._waiting_s + elapsed_s if waiting == self._waiting else 0.0
        self._waiting = waiting
        is_awaited = waiting[0] in RATE_BOUND_STATES
        self._pace.add(self._body_bytes + self._counting.count_taken_bytes(), elapsed_s, is_awaited=is_awaited)
        if not is_awaited:
            self._counting.large = None
        if self._has_timed_out(waiting[0]):
            self._stop_waiting(waiting[0])

    def _determine_wait(self) -> WaitState:
        if self._is_lingering:
            return WaitState.LINGERING
        if self._counting.count_unsent_bytes():
            return WaitState.ANSWER_TAKEN
        if self.transport.is_closing():
            return WaitState.NOTHING
        if not self._heads or self.cycle.response_complete:
            return self._determine_head_wait()
        is_held_back = self.flow.read_paused or self.cycle.waiting_for_100_continue
        return WaitState.BODY if self.cycle.more_body and not is_held_back else WaitState.NOTHING

    def _determine_head_wait(self) -> WaitState:
        if self.scope is not None and (not self._heads or self.cycle.scope is not self.scope):
            return WaitState.HEAD
        if not self._heads:
            return WaitState.FIRST_BYTE
        return WaitState.UNREAD_BODY if self.cycle.more_body else WaitState.NEXT_REQUEST

    def _has_timed_out(self, waiting: WaitState) -> bool:
        if waiting in RATE_BOUND_STATES:
            return self._pace.is_used_up
        longest_s: dict[WaitState, float] = {
            WaitState.FIRST_BYTE: self.limits.head_timeout_s,
            WaitState.HEAD: self.limits.head_timeout_s,
            WaitState.NEXT_REQUEST: self.limits.keep_alive_s,
            WaitState.UNREAD_BODY: UNREAD_BODY_S,
            WaitState.LINGERING: LINGER_S,
        }
        return waiting in longest_s and self._waiting_s > longest_s[waiting]

    def _stop_waiting(self, waiting: WaitState) -> None:
        if waiting is WaitState.HEAD:
            self._refuse(Refusal(HTTPStatus.REQUEST_TIMEOUT, "the headers did not arrive in time"))
        elif waiting is WaitState.BODY:
            self._refuse(Refusal(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW.format(self.limits.least_bytes_per_s)))
        elif waiting in {WaitState.FIRST_BYTE, WaitState.NEXT_REQUEST}:
            # Browsers open connections ahead of need and would take a 408 for the response to their next request.
            self.transport.close()
        else:
            self.abort()

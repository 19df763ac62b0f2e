"""One HTTP connection of a client, on asyncio streams: thousands of requests cost the load program little."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import h11

HOST = "127.0.0.1"
CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or with status 0 the `error` that came instead; `seconds` since the request was begun."""

    status: int
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_told_to_retry(self) -> bool:
        """True for the one refusal that overload may have: 503 with the time of the next attempt."""
        return self.status == 503 and self.retry_after_s is not None

    @property
    def retry_after_s(self) -> float | None:
        text = self.headers.get("retry-after", "")
        return float(text) if text.isdigit() else None


class Connection:
    """A keep-alive connection to the service: one request after another, connected again whenever it was closed."""

    def __init__(self, port: int, patience_s: float = 30) -> None:
        self._port, self._patience_s = port, patience_s
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._protocol = h11.Connection(h11.CLIENT)

    async def send(self, request: Request) -> Answer:
        """Send the request; the answer has status 0 if none came whole within the patience."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._patience_s):
                status, headers, body = await self._exchange(request)
        except (OSError, TimeoutError, EOFError, h11.ProtocolError) as error:
            self.close()
            return Answer(0, time.perf_counter() - began, error=type(error).__name__)
        return Answer(status, time.perf_counter() - began, headers, body)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None

    async def _exchange(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        reader, writer = await self._connect()
        writer.write(self._write(request))
        await writer.drain()
        status, headers, body = 0, dict[str, str](), bytearray()
        while not isinstance(event := await self._read_event(reader), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                status = event.status_code
                headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
            elif isinstance(event, h11.Data):
                body += event.data
        self._finish()
        return status, headers, bytes(body)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self._port)
            self._protocol = h11.Connection(h11.CLIENT)
        return self._streams

    def _write(self, request: Request) -> bytes:
        headers = {"Host": f"{HOST}:{self._port}", **request.headers}
        if request.body:
            headers["Content-Length"] = str(len(request.body))
        head = h11.Request(method=request.method, target=request.path, headers=list(headers.items()))
        events = [head, h11.Data(data=request.body), h11.EndOfMessage()] if request.body else [head, h11.EndOfMessage()]
        return b"".join(self._protocol.send(event) or b"" for event in events)

    async def _read_event(self, reader: asyncio.StreamReader) -> h11.Event:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            self._protocol.receive_data(await reader.read(CHUNK_BYTES))
        if isinstance(event, h11.Event) and not isinstance(event, h11.ConnectionClosed):
            return event
        raise EOFError("the service closed the connection")

    def _finish(self) -> None:
        """Make ready for the next request, or close what the service does not keep open."""
        if self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE:
            self._protocol.start_next_cycle()
        else:
            self.close()

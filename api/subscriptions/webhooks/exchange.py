"""POST of one message to a receiver, over a connection of its own to a checked address."""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpcore
import httpx

from api.webhook_address import Target, get_port

# A status and some headers. Without a bound, a receiver that sent without end kept the event loop busy.
MAX_RESPONSE_BYTES = 64 * 1024
MAX_ADDRESSES = 4


class AnswerTooLarge(httpcore.ProtocolError):
    """The head of the receiver's response is too large."""


async def post_message(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    """Post the message and return the status. The response's body is not read: it could be endless.

    Redirects are not followed and no proxy is used: both would bypass the check of the address. The caller bounds
    the time. Raises the errors of httpcore.
    """
    network = _CheckedNetwork(target.ips)
    url = httpcore.URL(
        scheme=target.url.raw_scheme, host=target.url.raw_host, port=get_port(target.url), target=target.url.raw_path
    )
    head = {"Host": target.url.netloc.decode("ascii"), "Content-Length": str(len(body)), "Connection": "close"}
    request = httpcore.Request("POST", url, headers=list({**head, **headers}.items()), content=body)
    tls = _create_tls_context() if target.url.scheme == "https" else None
    try:
        connection = httpcore.AsyncHTTPConnection(url.origin, ssl_context=tls, network_backend=network)
        return (await connection.handle_async_request(request)).status
    finally:
        await network.close()


@cache
def _create_tls_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _CheckedNetwork(httpcore.AnyIOBackend):
    """Network backend that connects to the checked addresses, even if the host's name resolves to others by now."""

    def __init__(self, ips: tuple[str, ...]) -> None:
        self._ips = ips[:MAX_ADDRESSES]
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:  # noqa: ANN401 - httpcore's
        """Connect to the first address that answers."""
        for ip in self._ips:
            try:
                self._stream = await super().connect_tcp(ip, port, *args, **options)
                return _BoundedStream(self._stream)
            except httpcore.ConnectError as error:
                failed = error
        raise httpcore.ConnectError(f"{host}: {failed}")

    async def close(self) -> None:
        """Close the socket, also during a TLS handshake."""
        if self._stream is not None:
            await self._stream.aclose()


class _BoundedStream(httpcore.AsyncNetworkStream):
    """A stream that reads at most `MAX_RESPONSE_BYTES`."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._read = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        received = await self._stream.read(max_bytes, timeout)
        self._read += len(received)
        if self._read > MAX_RESPONSE_BYTES:
            raise AnswerTooLarge(f"the answer's head is longer than {MAX_RESPONSE_BYTES} bytes")
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        return _BoundedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's
        return self._stream.get_extra_info(info)

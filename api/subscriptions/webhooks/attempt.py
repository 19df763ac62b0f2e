"""One attempt to deliver a message to a receiver."""

import asyncio
import datetime as dt
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from secrets import SystemRandom
from typing import Any, Self

import httpcore
import httpx

from api.subscriptions.webhooks.signature import derive_signing_secret, sign_body
from api.subscriptions.webhooks.url_policy import AddressRefused, Target, get_port

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
            raise AnswerTooLarge(f"the response's head is longer than {MAX_RESPONSE_BYTES} bytes")
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


log = logging.getLogger(__name__)
TIMEOUT_S = 10
MAX_ERROR_CHARACTERS = 300
SEND_ERRORS = (AddressRefused, httpcore.ProtocolError, httpcore.NetworkError, httpcore.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to deliver; `payload` is the JSON object without its `id`, as text from the database."""

    id: int
    webhook_id: int
    office_id: int
    url: str
    attempts: int
    payload: str

    @classmethod
    def build(cls, due: Any, claimed: Any) -> Self:  # noqa: ANN401 - rows of `due_deliveries` and `claim`
        return cls(due.id, due.webhook_id, due.office_id, due.url, claimed.attempts, claimed.payload)

    def build_body(self) -> bytes:
        return f'{{"id": {self.id}, {self.payload.removeprefix("{")}'.encode()


async def send_delivery(delivery: Delivery, target: asyncio.Future[Target], at: dt.datetime) -> str | None:
    """Send the message to the target; return an error text, or None if the receiver responded 2xx in time."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            status = await _post_delivery(delivery, await asyncio.shield(target), at)
    except TimeoutError:
        return f"no response within {TIMEOUT_S} seconds"
    except SEND_ERRORS as error:
        return _describe_error(error)
    except Exception as error:
        # A receiver may cause any error: the message is retried, and other deliveries continue.
        log.exception("the attempt to send webhook message %d failed", delivery.id)
        return _describe_error(error)
    if 200 <= status < 300:
        return None
    return f"response status {status}" + ("; redirects are not followed" if 300 <= status < 400 else "")


async def _post_delivery(delivery: Delivery, target: Target, at: dt.datetime) -> int:
    body = delivery.build_body()
    headers = {"Content-Type": "application/json", "User-Agent": "Crossings"}
    headers["Crossings-Signature"] = sign_body(derive_signing_secret(delivery.webhook_id), body, at)
    return await post_message(target, body, headers)


def _describe_error(error: Exception) -> str:
    text = str(error) if isinstance(error, AddressRefused) else f"{type(error).__name__}: {error}"
    return text[:MAX_ERROR_CHARACTERS]


# Pauses after the first attempt, the second, ...: two and a half days in all, longer than a weekend.
PAUSES_S = (30, 90, 270, 900, 2700, 7200, 21_600, 43_200, 43_200, 43_200, 43_200)
MAX_ATTEMPTS = len(PAUSES_S) + 1
random = SystemRandom()


def compute_next_attempt(attempts: int, at: dt.datetime) -> dt.datetime | None:
    """Return the time of the next attempt after `attempts` attempts, or None to abandon the message.

    The pause varies at random by up to a fifth, so that retries do not coincide.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return at + dt.timedelta(seconds=PAUSES_S[attempts - 1] * random.uniform(0.8, 1.2))

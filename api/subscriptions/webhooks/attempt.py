"""One attempt to deliver a message to a receiver."""

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any, Self

import httpcore

from api.subscriptions.webhooks.exchange import post_message
from api.subscriptions.webhooks.signature import derive_signing_secret, sign_body
from api.webhook_address import AddressRefused, Target

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
        return f"no answer within {TIMEOUT_S} seconds"
    except SEND_ERRORS as error:
        return _describe_error(error)
    except Exception as error:
        # A receiver may cause any error: the message is retried, and other deliveries continue.
        log.exception("the attempt to send webhook message %d failed", delivery.id)
        return _describe_error(error)
    if 200 <= status < 300:
        return None
    return f"the answer was {status}" + ("; redirects are not followed" if 300 <= status < 400 else "")


async def _post_delivery(delivery: Delivery, target: Target, at: dt.datetime) -> int:
    body = delivery.build_body()
    headers = {"Content-Type": "application/json", "User-Agent": "Crossings"}
    headers["Crossings-Signature"] = sign_body(derive_signing_secret(delivery.webhook_id), body, at)
    return await post_message(target, body, headers)


def _describe_error(error: Exception) -> str:
    text = str(error) if isinstance(error, AddressRefused) else f"{type(error).__name__}: {error}"
    return text[:MAX_ERROR_CHARACTERS]

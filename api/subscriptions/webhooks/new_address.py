"""Check of the address of a new webhook."""

import asyncio
from collections import Counter

from api.exceptions import Overloaded
from api.webhook_address import AddressRefused, find_target

LOOKUP_TIMEOUT_S = 5
# A lookup is a thread that may wait half a minute for a name server.
MAX_LOOKUPS, MAX_OFFICE_LOOKUPS = 8, 2
lookups: Counter[int] = Counter()


async def find_address_error(address: str, office_id: int) -> str | None:
    """Return the reason why a webhook must not use the address, or None.

    Raises Overloaded if too many other hosts are being looked up. Hold no connection to the database meanwhile.
    """
    await _wait_for_room(office_id)
    target = find_target(address)
    lookups[office_id] += 1
    target.add_done_callback(lambda _: _release_lookup(office_id))
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            await asyncio.shield(target)
    except AddressRefused as refused:
        return str(refused)
    except TimeoutError:
        return f"the host could not be looked up within {LOOKUP_TIMEOUT_S} seconds"
    return None


async def _wait_for_room(office_id: int) -> None:
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            while lookups.total() >= MAX_LOOKUPS or lookups[office_id] >= MAX_OFFICE_LOOKUPS:  # noqa: ASYNC110 - rare
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise Overloaded("hosts of other webhooks are being looked up", LOOKUP_TIMEOUT_S) from None


def _release_lookup(office_id: int) -> None:
    lookups[office_id] -= 1
    if not lookups[office_id]:
        del lookups[office_id]

"""Checking the address of a webhook that an office wants to make."""

import asyncio
from collections import Counter

from api.exceptions import Overloaded
from api.webhook_address import AddressRefused, find_target

TIMEOUT_S = 5
# A request that waits for a slow name server holds a connection to the database.
MAX_LOOKUPS, MAX_LOOKUPS_OF_AN_OFFICE = 6, 2
lookups: Counter[int] = Counter()


async def find_fault(address: str, office_id: int) -> str | None:
    """Return why no webhook may lie at the address; None where one may. Raises Overloaded."""
    if lookups.total() >= MAX_LOOKUPS or lookups[office_id] >= MAX_LOOKUPS_OF_AN_OFFICE:
        raise Overloaded("hosts of other webhooks are being looked up", TIMEOUT_S)
    target = find_target(address)
    lookups[office_id] += 1
    target.add_done_callback(lambda _: _forget(office_id))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await asyncio.shield(target)
    except AddressRefused as refused:
        return str(refused)
    except TimeoutError:
        return f"the host could not be looked up within {TIMEOUT_S} seconds"
    return None


def _forget(office_id: int) -> None:
    lookups[office_id] -= 1
    if not lookups[office_id]:
        del lookups[office_id]

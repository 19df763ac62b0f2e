"""Waiting for what nobody announces."""

import asyncio
from collections.abc import Callable

LONG_S = 60


async def wait_until_true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG_S):
        while not condition():  # noqa: ASYNC110 - the one waited for tells nobody
            await asyncio.sleep(0)

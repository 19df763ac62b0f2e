"""The shipped data with its restrictions, for tests of the days that they tell of."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from conftest import own_database

from api.database import engine_for
from api.load.shipped import FILES, load_shipped


@contextmanager
def with_shipped_restrictions(server: str, untouched: str) -> Iterator[str]:
    """Address of a copy of the shipped data, and in it the restrictions that come with them."""

    async def load(address: str) -> None:
        engine = engine_for(address)
        await load_shipped(engine, files=FILES)
        await engine.dispose()

    with own_database(server, template=untouched) as address:
        asyncio.run(load(address))
        yield address

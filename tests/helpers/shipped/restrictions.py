"""The shipped data with its restrictions, for tests of the days that they tell of."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from conftest import create_database

from api.database.engine import build_engine
from api.imports.seed_data import SEED_FILES, load_seed_data


@contextmanager
def copy_with_restrictions(server: str, untouched: str) -> Iterator[str]:
    """Address of a copy of the shipped data, and in it the restrictions that come with them."""

    async def load(address: str) -> None:
        engine = build_engine(address)
        await load_seed_data(engine, files=SEED_FILES)
        await engine.dispose()

    with create_database(server, template=untouched) as address:
        asyncio.run(load(address))
        yield address

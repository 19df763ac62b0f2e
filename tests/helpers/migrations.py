"""Alembic configured for a database of a test."""

from alembic.config import Config

from api.database.engine import build_engine
from api.database.migrations import build_alembic_config


async def run_in_database(address: str, work: object) -> object:
    engine = build_engine(address)
    try:
        async with engine.begin() as connection:
            return await work(connection)  # type: ignore[operator]
    finally:
        await engine.dispose()


def build_config(address: str) -> Config:
    config = build_alembic_config()
    config.attributes["address"] = address
    return config

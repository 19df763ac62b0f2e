"""Alembic configured for a database of a test."""

from alembic.config import Config

from api.database import engine_for
from api.migrations import alembic_config


async def in_database(address: str, work: object) -> object:
    engine = engine_for(address)
    try:
        async with engine.begin() as connection:
            return await work(connection)  # type: ignore[operator]
    finally:
        await engine.dispose()


def configured(address: str) -> Config:
    config = alembic_config()
    config.attributes["address"] = address
    return config

"""The statements that Crossings sends for a request, found out by asking it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from api.main import create_app


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with $1, $2 … in it, and what they stand for, in order, as asyncpg takes them."""

    sql: str
    values: tuple[Any, ...]
    plan_cache_mode: str


async def capture_statements(engine: AsyncEngine, path: str) -> list[Statement]:
    """The statements that the service sends on this engine, which is new, to answer the path, in order.

    It is asked twice, so that what is done once is not among them.
    """
    transport = httpx.ASGITransport(create_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://benchmark") as client:
        with _note_statements(engine) as sent:
            for _ in range(2):
                sent.clear()
                (await client.get(path)).raise_for_status()
                # asyncpg tells of what it sent a little later.
                await asyncio.sleep(0.1)
            return list(sent)


@contextmanager
def _note_statements(engine: AsyncEngine) -> Iterator[list[Statement]]:
    """What is sent through SQLAlchemy, which plans for the values, and past it, on plans made once for all values."""
    sent: list[Statement] = []

    def note(_connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        sent.append(Statement(sql, tuple(values or ()), "force_custom_plan"))

    def note_past_it(logged: Any) -> None:  # noqa: ANN401 - asyncpg's
        # A transaction's beginning and end are told here too.
        if logged.query.lstrip().startswith(("SELECT", "WITH")):
            sent.append(Statement(logged.query, tuple(logged.args or ()), "force_generic_plan"))

    def listen(connection: Any, _: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        connection.driver_connection.add_query_logger(note_past_it)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    event.listen(engine.sync_engine, "connect", listen)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
        event.remove(engine.sync_engine, "connect", listen)

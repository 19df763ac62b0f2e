"""The statements that Crossings sends for a request, found out by asking it."""

from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with $1, $2 … in it, and what they stand for, in order, as asyncpg takes them."""

    sql: str
    values: tuple[Any, ...]


async def sent_for(engine: AsyncEngine, path: str) -> list[Statement]:
    """The statements that the service sends on this engine to answer the path, in order."""
    sent: list[Statement] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        sent.append(Statement(sql, tuple(values or ())))

    transport = httpx.ASGITransport(create_app(engine))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://benchmark") as client:
            (await client.get(path)).raise_for_status()
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", _note)
    return sent

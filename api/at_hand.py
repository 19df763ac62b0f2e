"""Connections kept at hand between one statement and the next."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from api.exceptions import Overloaded
from api.settings import settings

T = TypeVar("T")


class AtHand:
    """Connections of an engine's pool, of which so many are kept out of it once they were used, until `let_go`.

    To take one from the pool and to give it back took a tenth of the time of a small answer. No more than are kept are
    in use at a time, so that those who wait have theirs in turn. With `most` 0 each is given back at once, and the pool
    says how many there are.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._free: list[Any] = []
        self._turns = asyncio.Semaphore(most) if most else None

    async def ask(self, question: Callable[[Any], Awaitable[T]]) -> T:
        """What `question` makes of the driver's connection. One that failed is the pool's to look after.

        Raises Overloaded if none is free in time.
        """
        await self._wait_for_turn()
        try:
            connection = await self._taken()
            try:
                answer = await question(connection.driver_connection)
            except BaseException:
                connection.close()
                raise
            self._put_back(connection)
            return answer
        finally:
            if self._turns:
                self._turns.release()

    async def _wait_for_turn(self) -> None:
        if self._turns is None:
            return
        try:
            async with asyncio.timeout(settings().crossings_pool_wait_s) if self._turns.locked() else nullcontext():
                await self._turns.acquire()
        except TimeoutError:
            raise Overloaded("All connections to the database are in use.") from None

    def let_go(self) -> None:
        """Give the pool back what is not in use."""
        while self._free:
            self._free.pop().close()

    async def _taken(self) -> Any:  # noqa: ANN401 - a pooled connection
        while self._free:
            connection = self._free.pop()
            if not connection.driver_connection.is_closed():
                return connection
            connection.close()
        return await self._engine.raw_connection()

    def _put_back(self, connection: Any) -> None:  # noqa: ANN401
        if len(self._free) < self._most:
            self._free.append(connection)
        else:
            connection.close()

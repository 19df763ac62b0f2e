"""Responses sent from a spool or a file, at the speed of their client."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.responses.ranged_file import RangedFileResponse
from api.responses.spool import Spool
from api.responses.spool_space import SpoolRoom

GiveWay = Callable[[], Awaitable[None]]
producers: set[asyncio.Task[None]] = set()


def start_producer(
    spool: Spool, parts: AsyncGenerator[bytes, None], held: AsyncExitStack, give_way: GiveWay
) -> asyncio.Task[None]:
    """Start a task that writes all parts into the spool, then closes `held`, which holds for example a connection.

    The task awaits `give_way` after each part, so that other requests come first.
    """
    task = asyncio.create_task(_write_parts(spool, parts, held, give_way))
    producers.add(task)
    task.add_done_callback(producers.discard)
    return task


async def _write_parts(
    spool: Spool, parts: AsyncGenerator[bytes, None], held: AsyncExitStack, give_way: GiveWay
) -> None:
    try:
        async with held, aclosing(parts):
            async for part in parts:
                await spool.write(part)
                await give_way()
    except Exception as error:  # noqa: BLE001 - the spool's reader raises it
        spool.end(error)
    except BaseException as error:
        spool.end(error)
        raise
    else:
        spool.end()


class SpooledResponse(StreamingResponse):
    """Response that sends the spool while `producer` writes it, and cancels `producer` when the client leaves."""

    def __init__(self, spool: Spool, producer: asyncio.Task[None], headers: Mapping[str, str], media_type: str) -> None:
        self.spool = spool
        self.producer = producer
        super().__init__(spool.iterate_parts(), headers=headers, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.producer.cancel()
            self.spool.close()


class SpooledFileResponse(RangedFileResponse):
    """Response that sends a file, claims room for it meanwhile, and then removes it with its directory."""

    def __init__(self, room: SpoolRoom, owner: str, path: Path, headers: Mapping[str, str], media_type: str) -> None:
        self.owner = owner
        self.bytes = 0
        self.room = room
        super().__init__(path, headers=headers, media_type=media_type)
        try:
            room.claim(self, path.stat().st_size)
        except BaseException:
            self._remove()
            raise

    def drop(self) -> None:
        """Release the room at once: the response ends early, and the client sees that it is incomplete."""
        os.truncate(self.path, 0)
        self.room.release(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.room.release(self)
            self._remove()

    def _remove(self) -> None:
        shutil.rmtree(Path(self.path).parent, ignore_errors=True)

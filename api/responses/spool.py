"""Buffer between a fast producer and a client that may be slow, in memory and on disk."""

import asyncio
import os
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from api.responses.spool_space import SpoolFull, SpoolRoom

# Unread bytes of a response up to this number stay in memory; further bytes go to disk.
MEMORY_BYTES = 256 * 1024
# Disk space is released in pieces of this size while a response is read.
PIECE_BYTES = 16 * 1024 * 1024
READ_BYTES = 64 * 1024
# Writing to a busy disk may block.
spool_threads = ThreadPoolExecutor(2, thread_name_prefix="spool")


class _Piece:
    """An unlinked file, written at its end and read from its start; closed when the last reference is gone."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile(buffering=0) as file:
            self._file = os.dup(file.fileno())
        self.written = self.read = 0

    @property
    def is_read(self) -> bool:
        return self.read == self.written

    def append(self, part: bytes) -> None:
        rest = memoryview(part)
        while rest:
            count = os.pwrite(self._file, rest, self.written)
            self.written, rest = self.written + count, rest[count:]

    def take(self) -> bytes:
        part = os.pread(self._file, min(READ_BYTES, self.written - self.read), self.read)
        self.read += len(part)
        return part

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)


class Spool:
    """Queue of bytes from one task to another, in order. The writer does not wait for the reader.

    `SpoolRoom` bounds its size. Files are unlinked, so a killed process leaves no files. The reader closes it.
    """

    def __init__(self, room: SpoolRoom, owner: str) -> None:
        self.owner = owner
        self.bytes = 0
        self.total_bytes = 0
        self.room = room
        self._memory: deque[bytes] = deque()
        self._memory_bytes = 0
        self._pieces: deque[_Piece] = deque()
        self._changed = asyncio.Event()
        self._writing = False
        self._ended = False
        self._error: BaseException | None = None

    async def write(self, part: bytes) -> None:
        """Append the part, or raise SpoolFull."""
        if self._error:
            raise self._error
        self._drop_pieces_read()
        self.room.claim(self, len(part))
        self.total_bytes += len(part)
        if not self._pieces and self._fits_in_memory(len(part)):
            self._memory.append(part)
            self._count_memory(len(part))
        else:
            await self._write_to_disk(part)
        self._changed.set()

    def end(self, error: BaseException | None = None) -> None:
        """End the writing. The reader raises `error` after it has read all bytes."""
        self._ended, self._error = True, self._error or error
        self._changed.set()

    async def begin(self) -> None:
        """Wait until there are bytes to read, or the end. Raises the error if it comes before any bytes."""
        await self._wait()
        if self._error and not self._holds_some():
            raise self._error

    async def wait_until_written(self) -> None:
        """Wait until the writer has ended. Raises the writer's error, and SpoolFull."""
        while not self._ended:
            self._changed.clear()
            await self._changed.wait()
        if self._error:
            raise self._error

    async def read(self) -> bytes:
        """Return the next part; empty at the end. Raises the writer's error, and SpoolFull if dropped."""
        await self._wait()
        if self._memory:
            part = self._memory.popleft()
            self._count_memory(-len(part))
            self.bytes -= len(part)
            return part
        self._drop_pieces_read()
        if self._pieces and self._holds_some():
            return await asyncio.get_running_loop().run_in_executor(spool_threads, self._pieces[0].take)
        if self._error:
            raise self._error
        return b""

    async def iterate_parts(self) -> AsyncIterator[bytes]:
        """Yield all parts. Raises the errors of `read`."""
        while part := await self.read():
            yield part

    def close(self) -> None:
        """Discard all unread bytes."""
        self._count_memory(-self._memory_bytes)
        self._memory.clear()
        self._pieces.clear()
        self.room.release(self)
        self._error = self._error or SpoolFull()
        self._ended = True
        self._changed.set()

    drop = close

    async def _wait(self) -> None:
        while not (self._holds_some() or self._ended):
            self._changed.clear()
            await self._changed.wait()

    def _holds_some(self) -> bool:
        return bool(self._memory) or any(not piece.is_read for piece in self._pieces)

    def _fits_in_memory(self, count: int) -> bool:
        room = self.room
        return self._memory_bytes + count <= MEMORY_BYTES and room.memory_bytes + count <= room.max_memory_bytes

    def _count_memory(self, count: int) -> None:
        self._memory_bytes += count
        self.room.memory_bytes += count

    def _drop_pieces_read(self) -> None:
        """Close files that were read to their end, except a file that is being written."""
        while self._pieces and self._pieces[0].is_read and (len(self._pieces) > 1 or not self._writing):
            self.bytes -= self._pieces.popleft().written

    async def _write_to_disk(self, part: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._writing = True
        try:
            piece = self._pieces[-1] if self._pieces else None
            if piece is None or piece.written >= PIECE_BYTES:
                piece = await loop.run_in_executor(spool_threads, _Piece)
                self._pieces.append(piece)
            await loop.run_in_executor(spool_threads, piece.append, part)
        except OSError as error:
            raise SpoolFull from error
        finally:
            self._writing = False

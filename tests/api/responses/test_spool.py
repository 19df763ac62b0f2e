"""Spools keep what a client has not read yet, in bounded room, and no file that outlives them."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from helpers.waiting import wait_until_true
from starlette.types import Message

from api.responses import spool as spools
from api.responses.spool import Spool
from api.responses.spool_space import SpoolFull, SpoolRoom
from api.responses.spooled_response import SpooledFileResponse, SpooledResponse, start_producer

MB = 1_000_000
PART = bytes(range(256)) * 400
GET = {"type": "http", "method": "GET", "headers": []}


def room_of(max_bytes: int = 100 * MB, max_memory_bytes: int = MB) -> SpoolRoom:
    return SpoolRoom(max_bytes, max_memory_bytes)


async def write(spool: Spool, count: int, part: bytes = PART) -> None:
    for _ in range(count):
        await spool.write(part)


async def nobody_waits() -> None:
    pass


async def read(spool: Spool) -> bytes:
    return b"".join([part async for part in spool.iterate_parts()])


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "PIECE_BYTES", 3 * len(PART))


async def test_spool_gives_what_was_written_in_order(small_pieces: None) -> None:  # noqa: ARG001
    spool = Spool(room_of(), "a")
    parts = [bytes([number]) * (number * 1000) for number in range(1, 100)]
    for part in parts:
        await spool.write(part)
    spool.end()
    assert await read(spool) == b"".join(parts)
    assert spool.total_bytes == sum(map(len, parts))
    spool.close()


async def test_reader_gets_the_first_part_before_the_last_is_written() -> None:
    spool = Spool(room_of(), "a")
    reading = asyncio.create_task(spool.read())
    await asyncio.sleep(0)
    await spool.write(b"first")
    assert await reading == b"first"
    spool.close()


async def test_reader_beside_a_writer_misses_nothing(small_pieces: None) -> None:  # noqa: ARG001
    room = room_of(max_memory_bytes=0)
    spool = Spool(room, "a")

    async def write_all() -> None:
        for number in range(200):
            await spool.write(number.to_bytes(2) * 30_000)
            await asyncio.sleep(0)
        spool.end()

    writing = asyncio.create_task(write_all())
    assert await read(spool) == b"".join(number.to_bytes(2) * 30_000 for number in range(200))
    await writing
    spool.close()


async def test_room_is_given_back_while_a_spool_is_read(small_pieces: None) -> None:  # noqa: ARG001
    room = room_of(max_bytes=20 * len(PART))
    spool = Spool(room, "a")
    for _ in range(10):
        await write(spool, 8)
        for _ in range(8 * len(PART) // spools.READ_BYTES):
            await spool.read()
    assert room.bytes < 20 * len(PART)
    spool.close()


async def test_small_spool_stays_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    room = room_of()
    spool = Spool(room, "a")
    await write(spool, 2)
    assert room.memory_bytes == 2 * len(PART)
    spool.end()
    assert await read(spool) == 2 * PART
    assert room.memory_bytes == 0
    spool.close()


async def test_memory_of_all_spools_is_bounded() -> None:
    room = room_of(max_memory_bytes=2 * len(PART))
    several = [Spool(room, "a") for _ in range(5)]
    for spool in several:
        await write(spool, 1)
        spool.end()
    assert room.memory_bytes == 2 * len(PART)
    assert [await read(spool) for spool in several] == 5 * [PART]
    for spool in several:
        spool.close()
    assert (room.memory_bytes, room.bytes, room.holdings) == (0, 0, set())


async def test_files_have_no_name_and_are_closed_with_their_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool(room_of(max_memory_bytes=0), "a")
    await write(spool, 5)
    assert names_in(tmp_path) == []
    assert len(list(files_in(tmp_path))) == 1
    spool.close()
    # A thread may still be at it.
    await wait_until_true(lambda: not list(files_in(tmp_path)))


def files_in(directory: Path) -> Iterator[str]:
    """The files in the directory that this process has open, with or without a name."""
    for number in Path("/proc/self/fd").iterdir():
        try:
            target = str(number.readlink())
        except OSError:
            continue
        if target.startswith(str(directory)):
            yield target


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def test_one_answer_takes_half_of_the_room_at_most() -> None:
    spool = Spool(room_of(max_bytes=10 * len(PART)), "a")
    await write(spool, 5)
    with pytest.raises(SpoolFull):
        await write(spool, 1)
    spool.close()


async def test_full_room_drops_the_largest_answer_of_the_owner_with_the_most() -> None:
    room = room_of(max_bytes=10 * len(PART))
    small, large, other = Spool(room, "greedy"), Spool(room, "greedy"), Spool(room, "modest")
    await write(small, 3)
    await write(large, 5)
    await write(other, 4)
    with pytest.raises(SpoolFull):
        await read(large)
    for spool in (small, other):
        spool.end()
    assert await read(small) == 3 * PART
    assert await read(other) == 4 * PART
    for spool in (small, large, other):
        spool.close()


async def test_owner_with_the_most_is_refused_itself() -> None:
    room = room_of(max_bytes=10 * len(PART))
    several = [Spool(room, "greedy") for _ in range(3)]
    await write(several[0], 4)
    await write(several[1], 4)
    with pytest.raises(SpoolFull):
        await write(several[2], 4)
    assert several[0].bytes == several[1].bytes == 4 * len(PART)
    for spool in several:
        spool.close()


async def test_full_disk_raises_overload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    spool = Spool(room_of(max_memory_bytes=0), "a")
    with pytest.raises(SpoolFull):
        await spool.write(PART)
    spool.close()


async def test_error_of_the_writer_is_raised_after_its_output() -> None:
    spool = Spool(room_of(), "a")
    await spool.write(b"part")
    spool.end(ZeroDivisionError())
    await spool.begin()
    assert await spool.read() == b"part"
    with pytest.raises(ZeroDivisionError):
        await spool.read()
    spool.close()


class Client:
    """A client that takes the first part of an answer, and no more until it leaves."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.left = asyncio.Event()
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.body":
            self.started.set()
            await asyncio.Event().wait()

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}


async def test_resources_are_closed_while_the_client_reads_nothing() -> None:
    room, client, closed = room_of(), Client(), asyncio.Event()
    spool = Spool(room, "a")
    async with AsyncExitStack() as stack:
        stack.callback(closed.set)
        producer = start_producer(spool, parts_of(50), stack.pop_all(), nobody_waits)
    sending = asyncio.create_task(SpooledResponse(spool, producer, {}, "text/csv")(GET, client.receive, client.send))
    async with asyncio.timeout(60):
        await client.started.wait()
        await closed.wait()
        assert room.bytes > 48 * len(PART)
        client.left.set()
        await sending
    assert (room.bytes, room.holdings) == (0, set())


async def test_client_that_leaves_stops_the_producer() -> None:
    room, client = room_of(), Client()
    spool = Spool(room, "a")
    producer = start_producer(spool, parts_of(10**9, pause_s=0.01), AsyncExitStack(), nobody_waits)
    sending = asyncio.create_task(SpooledResponse(spool, producer, {}, "text/csv")(GET, client.receive, client.send))
    async with asyncio.timeout(60):
        await client.started.wait()
        client.left.set()
        await sending
        await asyncio.wait({producer})
    assert producer.cancelled()
    assert room.bytes == 0


async def parts_of(count: int, pause_s: float = 0):  # noqa: ANN201 - an asynchronous generator
    for _ in range(count):
        yield PART
        await asyncio.sleep(pause_s)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    directory = tmp_path / "made"
    directory.mkdir()
    (directory / "file.gpkg").write_bytes(10 * PART)
    return directory / "file.gpkg"


def size_of(file: Path) -> int:
    return file.stat().st_size


@pytest.mark.slow
async def test_file_takes_room_while_it_is_sent_and_is_removed_then(file: Path) -> None:
    room, client = room_of(), Client()
    response = SpooledFileResponse(room, "a", file, {}, "application/geopackage+sqlite3")
    sending = asyncio.create_task(response(GET, client.receive, client.send))
    async with asyncio.timeout(60):
        await client.started.wait()
        assert room.bytes == 10 * len(PART)
        client.left.set()
        await sending
    assert room.bytes == 0
    assert not file.parent.exists()


async def test_file_without_room_is_removed_at_once(file: Path) -> None:
    with pytest.raises(SpoolFull):
        SpooledFileResponse(room_of(max_bytes=len(PART)), "a", file, {}, "application/geopackage+sqlite3")
    assert not file.parent.exists()


async def test_file_of_a_client_that_reads_nothing_is_dropped_for_others(file: Path) -> None:
    room = room_of(max_bytes=21 * len(PART))
    SpooledFileResponse(room, "greedy", file, {}, "application/geopackage+sqlite3")
    spool, second = Spool(room, "greedy"), Spool(room, "modest")
    await write(spool, 9)
    await write(second, 4)
    assert size_of(file) == 0
    for each in (spool, second):
        each.close()

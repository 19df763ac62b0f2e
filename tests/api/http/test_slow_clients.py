"""Clients that send or read slowly, or not at all, cost the others nothing: they hold no connection to the database."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx
import pytest
from helpers.many_records import A_WEEK_OF_EVERY_POINT
from helpers.servers.service import PATIENCE_S, Environment, build_environment, get_address, run_command, run_service
from helpers.shipped.register import select_codes
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.engine import build_engine
from api.formats.registry import DOWNLOAD_FORMATS

RESTRICTIONS = "/collections/restrictions/items"
# 10,000 features, more than all buffers on the way have room for.
SOME_WEEKS = "2020-03-01/2020-05-09"
TEXT = ("csv", "geojson", "geojsonseq", "jsonfg")
READERS, SENDERS = 25, 40
BUFFER_BYTES = 4096
IN_TRANSACTION = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
""")


@dataclass(frozen=True)
class Service:
    environment: Environment
    key: str

    @property
    def address(self) -> str:
        return get_address(self.environment)

    @contextmanager
    def connected(self, head: str, *lines: str, body: str = "") -> Iterator[socket.socket]:
        """A connection on which the request was sent, and from which nothing is read."""
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            client.connect(("127.0.0.1", int(self.environment["PORT"])))
            client.settimeout(PATIENCE_S)
            client.sendall("\r\n".join((f"{head} HTTP/1.1", "Host: test", *lines, "", body)).encode())
            yield client


@pytest.fixture(scope="module")
async def database(copied: str) -> str:
    engine = build_engine(copied)
    async with engine.begin() as connection:
        await connection.execute(A_WEEK_OF_EVERY_POINT)
    await engine.dispose()
    return copied


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    told = build_environment(
        str(tmp_path_factory.mktemp("data")), DATABASE_URL=database, CROSSINGS_ALLOWED_HOSTS="test"
    )
    assert run_command(told, "office", "add", "serbia", "--name", "Serbia", "--country", "SRB").returncode == 0
    key = run_command(told, "key", "issue", "serbia").stdout.split()[-1]
    with run_service(told):
        yield Service(told, key)


@pytest.fixture
async def watching(database: str) -> AsyncIterator[AsyncConnection]:
    engine = build_engine(database)
    async with engine.connect() as connection:
        yield (await connection.execution_options(isolation_level="AUTOCOMMIT"))
    await engine.dispose()


async def until_none_is_in_a_transaction(watching: AsyncConnection) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await watching.scalar(IN_TRANSACTION):  # noqa: ASYNC110 - only the server knows
            await asyncio.sleep(0.05)


async def others_are_answered(service: Service) -> None:
    point = min(select_codes(country_iso3="SRB"))
    row = {"point": point, "assessed_on": "2020-04-15", "operational_status": "closed", "valid_from": "2020-04-10"}
    headers = {"Authorization": f"Bearer {service.key}"}
    async with httpx.AsyncClient(base_url=service.address, timeout=PATIENCE_S) as client:
        assert (await client.get("/health/ready")).status_code == 200
        assert (await client.get(RESTRICTIONS, params={"f": "csv", "limit": "5"})).status_code == 200
        assert (await client.post("/submissions", json={"rows": [row]}, headers=headers)).status_code == 201


def first_byte(client: socket.socket) -> bytes:
    return client.recv(1)


@pytest.mark.parametrize("form", TEXT)
async def test_readers_that_read_nothing_hold_no_connection(
    service: Service, watching: AsyncConnection, form: str
) -> None:
    with ExitStack() as stack:
        head = f"GET {RESTRICTIONS}?f={form}&datetime={SOME_WEEKS}"
        clients = [stack.enter_context(service.connected(head)) for _ in range(READERS)]
        for client in clients:
            assert await asyncio.to_thread(first_byte, client) == b"H"
        await until_none_is_in_a_transaction(watching)
        await others_are_answered(service)


async def test_reader_that_was_slow_gets_the_whole_file(service: Service, watching: AsyncConnection) -> None:
    path = f"{RESTRICTIONS}?f=geojson&datetime={SOME_WEEKS}"
    async with httpx.AsyncClient(base_url=service.address, headers={"Host": "test"}, timeout=PATIENCE_S) as others:
        whole = await others.get(path)
    with service.connected(f"GET {path}", "Connection: close") as client:
        assert await asyncio.to_thread(first_byte, client) == b"H"
        await until_none_is_in_a_transaction(watching)
        received = await asyncio.to_thread(all_of, client)
    assert without_chunks(received.partition(b"\r\n\r\n")[2]) == whole.content


def all_of(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(2**20), b""))


def without_chunks(body: bytes) -> bytes:
    """The content of a body in chunks (RFC 9112, 7.1)."""
    content = bytearray()
    while size := int((line := body.partition(b"\r\n"))[0], 16):
        content += line[2][:size]
        body = line[2][size + 2 :]
    return bytes(content)


@pytest.mark.parametrize("form", [form.name for form in DOWNLOAD_FORMATS if form.name not in TEXT])
async def test_readers_of_files_hold_no_connection(service: Service, watching: AsyncConnection, form: str) -> None:
    with ExitStack() as stack:
        head = f"GET {RESTRICTIONS}?f={form}&datetime={SOME_WEEKS}"
        clients = [stack.enter_context(service.connected(head)) for _ in range(6)]
        for client in clients:
            assert await asyncio.to_thread(first_byte, client) == b"H"
        await until_none_is_in_a_transaction(watching)
        await others_are_answered(service)


SENDING = {
    "an update": ("POST /submissions", "text/csv"),
    "an update in a form": ("POST /submissions", "multipart/form-data; boundary=x"),
    "a large update": ("POST /submissions", "text/csv"),
    "a form": ("POST /hooks/kobo", "application/json"),
    "a change of a point": ("PATCH /points-of-entry/{point}", "application/json"),
    "an item": ("POST /collections/points-of-entry/items", "application/geo+json"),
    "a changed item": ("PUT /collections/points-of-entry/items/{point}", "application/geo+json"),
    "a webhook": ("POST /webhooks", "application/json"),
    "an office": ("POST /offices", "application/json"),
}


@pytest.mark.parametrize("what", SENDING)
async def test_senders_with_a_good_key_that_send_nothing_more_hold_no_connection(
    service: Service, watching: AsyncConnection, what: str
) -> None:
    path, media_type = SENDING[what]
    head = path.format(point=min(select_codes(country_iso3="SRB")))
    size = 1_000_000 if what == "a large update" else 5000
    lines = (f"Authorization: Bearer {service.key}", f"Content-Type: {media_type}", f"Content-Length: {size}")
    with ExitStack() as stack:
        for _ in range(SENDERS):
            stack.enter_context(service.connected(head, *lines, body="--x\r\n" if "multipart" in media_type else "{"))
        await others_are_answered(service)
        await until_none_is_in_a_transaction(watching)

"""Updates are published in turn: who waits holds no connection, is served fairly, or is told to come again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from conftest import create_database
from fastapi import FastAPI
from helpers.factories import add_country, add_poe
from helpers.offices import Headers, build_bearer, create_key, create_office
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.api_key import Key
from api.auth.last_used import wait_for_key_uses
from api.database.engine import build_engine
from api.database.read_routing import Database
from api.database.write_queue import Writers
from api.main import create_app
from api.server.lifecycle import migrate_database
from models.accounts.api_keys import revoke_key
from models.tables.submission import Submission

PATIENCE_S = 120
CLOSED = {"point": "FJ-NAN", "assessed_on": "2020-04-15", "operational_status": "closed", "valid_from": "2020-04-10"}
FORM = {"meta/instanceID": "uuid:1", **CLOSED}


@pytest.fixture(scope="module")
def lasting_database(server: str) -> Iterator[str]:
    with create_database(server) as address:
        migrate_database(address)
        yield address


@pytest.fixture(scope="module")
async def keys(lasting_database: str) -> dict[str, Key]:
    """The keys of two offices and of an admin, by office."""
    engine = build_engine(lasting_database)
    async with engine.begin() as database:
        await add_country(database, "FJI")
        await add_poe(database, "FJ-NAN")
        for code in ("suva", "nadi", "levuka"):
            await create_office(database, code, countries=["FJI"])
        made = {code: await create_key(database, code) for code in ("suva", "nadi", "levuka")}
        made["hq"] = await create_key(database, await create_office(database, "hq", countries=[]), "admin")
    await engine.dispose()
    return made


class Service:
    """A service, with a pool for its writers as when it runs, and a client of it."""

    def __init__(self, engine: AsyncEngine, app: FastAPI, client: httpx.AsyncClient) -> None:
        self.engine = engine
        self.app = app
        self.writers: Writers = app.state.writers
        self.client = client

    def post(self, key: Key, identity: str = "", day: str = "2020-04-15") -> asyncio.Task[httpx.Response]:
        headers = build_bearer(key) | ({"Idempotency-Key": identity} if identity else {})
        rows = [CLOSED | {"assessed_on": day, "comment": identity}]
        return asyncio.create_task(self.client.post("/submissions", json={"rows": rows}, headers=headers))

    async def waiting(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.writers.publishing.waiting < count:  # noqa: ASYNC110 - the queue tells nobody
                await asyncio.sleep(0.01)

    async def holding(self) -> None:
        """Until somebody has the turn."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.writers.publishing.in_use:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def count(self, identity: str) -> int:
        """How many submissions there are with this Idempotency-Key."""
        statement = select(func.count()).where(Submission.idempotency_key == identity)
        async with self.engine.connect() as database:
            return await database.scalar(statement) or 0


@asynccontextmanager
async def serving(address: str, *, max_waiting: int = 200, max_wait_s: float = 60) -> AsyncIterator[Service]:
    engine, writing = build_engine(address), build_engine(address, pool_size=6, max_overflow=0, pool_timeout=5)
    writers = Writers(writing, max_waiting=max_waiting, max_wait_s=max_wait_s)
    app = create_app(engine, writers=writers)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            yield Service(engine, app, client)
    finally:
        await wait_for_key_uses()
        await app.state.health.database.aclose()
        await writing.dispose()
        await engine.dispose()


@asynccontextmanager
async def foreign_lock(address: str) -> AsyncIterator[None]:
    """Somebody else holds the turn to publish, as a load from the command line does."""
    engine = build_engine(address)
    try:
        async with engine.begin() as holding:
            await holding.execute(text("LOCK TABLE revision IN EXCLUSIVE MODE"))
            yield
    finally:
        await engine.dispose()


def is_told_to_come_again(response: httpx.Response) -> bool:
    return response.status_code == 503 and int(response.headers["retry-after"]) > 0


async def test_posts_beside_a_foreign_lock_get_retry_after_and_apply_once(
    lasting_database: str, keys: dict[str, Key]
) -> None:
    async with serving(lasting_database, max_wait_s=2) as service:
        async with foreign_lock(lasting_database):
            posts = [service.post(keys["suva"], f"lock-{number}") for number in range(6)]
            refused = await asyncio.gather(*posts)
        assert {response.status_code for response in refused} == {503}
        assert [await service.count(f"lock-{number}") for number in range(6)] == [0] * 6
    async with serving(lasting_database) as service:
        for _ in range(2):
            taken = await asyncio.gather(*(service.post(keys["suva"], f"lock-{number}") for number in range(6)))
            assert [response.status_code for response in taken] == [201] * 6
        assert [await service.count(f"lock-{number}") for number in range(6)] == [1] * 6


async def test_waiting_writer_holds_no_connection(lasting_database: str, keys: dict[str, Key]) -> None:
    async with serving(lasting_database) as service:
        async with foreign_lock(lasting_database):
            posts = [service.post(keys["suva"], f"wait-{number}") for number in range(30)]
            await service.waiting(29)
            await wait_for_key_uses()
            assert service.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
            assert service.writers.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
            assert (await service.client.get("/health/ready")).status_code in {200, 503}
            office = await service.client.get("/offices/suva", headers=build_bearer(keys["suva"]))
            assert office.status_code == 200
        assert {response.status_code for response in await asyncio.gather(*posts)} == {201}


async def test_other_writes_do_not_wait_for_publishing(lasting_database: str, keys: dict[str, Key]) -> None:
    async with serving(lasting_database) as service:
        async with foreign_lock(lasting_database):
            post = service.post(keys["suva"], "beside")
            new = {"code": "lautoka", "name": "Lautoka", "countries": ["FJI"]}
            async with asyncio.timeout(PATIENCE_S):
                assert (
                    await service.client.post("/offices", json=new, headers=build_bearer(keys["hq"]))
                ).status_code == 201
            assert not post.done()
        assert (await post).status_code == 201


async def test_full_queue_returns_retry_after_and_writes_nothing(lasting_database: str, keys: dict[str, Key]) -> None:
    async with serving(lasting_database, max_waiting=2) as service:
        async with foreign_lock(lasting_database):
            posts = [service.post(keys["suva"], f"full-{number}") for number in range(3)]
            await service.waiting(2)
            beyond = await service.post(keys["suva"], "full-3")
            assert is_told_to_come_again(beyond)
            assert "send it again" in beyond.json()["detail"]
        assert [response.status_code for response in await asyncio.gather(*posts)] == [201] * 3
        assert await service.count("full-3") == 0
        assert (await service.post(keys["suva"], "full-3")).status_code == 201
        assert await service.count("full-3") == 1


async def test_office_with_many_posts_delays_another_by_one_turn(lasting_database: str, keys: dict[str, Key]) -> None:
    async with serving(lasting_database) as service:
        async with foreign_lock(lasting_database):
            first = service.post(keys["suva"], "first")
            await service.holding()
            many = [service.post(keys["suva"], f"many-{number}") for number in range(20)]
            await service.waiting(20)
            one = service.post(keys["nadi"], "one")
            await service.waiting(21)
        answers = await asyncio.gather(one, first, *many)
        moments = [answer.json()["recorded_at"] for answer in answers]
        assert sorted(moments).index(moments[0]) == 1


async def test_key_that_is_revoked_while_it_waits_is_refused(lasting_database: str, keys: dict[str, Key]) -> None:
    async with serving(lasting_database) as service:
        async with foreign_lock(lasting_database):
            first = service.post(keys["suva"], "before")
            await service.holding()
            post = service.post(keys["levuka"], "revoked")
            await service.waiting(1)
            async with service.engine.begin() as database:
                await revoke_key(database, keys["levuka"].prefix, by=None, at=func.now())
        assert (await first).status_code == 201
        refused = await post
        assert (refused.status_code, await service.count("revoked")) == (401, 0)


async def test_office_changed_while_waiting_is_asked_to_resend(lasting_database: str, keys: dict[str, Key]) -> None:
    async with serving(lasting_database) as service:
        async with foreign_lock(lasting_database):
            first = service.post(keys["suva"], "changed-before")
            await service.holding()
            post = service.post(keys["nadi"], "changed")
            await service.waiting(1)
            change = await service.client.patch(
                "/offices/nadi", json={"name": "Nadi"}, headers=build_bearer(keys["hq"])
            )
            assert change.status_code == 200
            renamed = await service.client.patch(
                "/offices/nadi", json={"name": "Other"}, headers=build_bearer(keys["hq"])
            )
            assert renamed.status_code == 200
        assert (await first).status_code == 201
        assert is_told_to_come_again(await post)
        assert await service.count("changed") == 0
        assert (await service.post(keys["nadi"], "changed")).status_code == 201


async def test_post_that_is_cancelled_while_it_waits_gives_its_place_up(
    lasting_database: str, keys: dict[str, Key]
) -> None:
    async with serving(lasting_database) as service:
        async with foreign_lock(lasting_database):
            first = service.post(keys["suva"], "stays")
            await service.holding()
            post = service.post(keys["suva"], "leaves")
            await service.waiting(1)
            post.cancel()
            await asyncio.wait({post})
            assert service.writers.publishing.waiting == 0
        assert (await first).status_code == 201
        assert (service.writers.publishing.in_use, await service.count("leaves")) == (0, 0)


WRITES = {
    "a submission": ("POST", "/submissions", {"rows": [CLOSED]}),
    "a form": ("POST", "/hooks/kobo", FORM),
    "a change of a point": ("PATCH", "/points-of-entry/FJ-NAN", {"name": "Nadi International"}),
    "an item that is changed": (
        "PATCH",
        "/collections/points-of-entry/items/FJ-NAN",
        {"properties": {"name": "Nadi"}},
    ),
    "an item that is removed": ("DELETE", "/collections/points-of-entry/items/FJ-NAN", None),
    "a decision on a proposal": ("POST", "/points-of-entry/FJ-NAN/accept", {}),
}


async def test_key_is_checked_also_while_readers_have_all_their_connections(
    lasting_database: str, keys: dict[str, Key]
) -> None:
    async with serving(lasting_database) as service, AsyncExitStack() as readers:
        database: Database = service.app.state.database
        for _ in range(database.read_queue.places):
            await readers.enter_async_context(database.open_read_connection())
        async with asyncio.timeout(PATIENCE_S):
            assert (await service.post(keys["suva"], "beside readers")).status_code == 201


async def test_reader_without_a_connection_gets_retry_after(
    lasting_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(lasting_database) as service, AsyncExitStack() as readers:
        database: Database = service.app.state.database
        monkeypatch.setattr(database.read_queue, "max_wait_s", 0.05)
        for _ in range(database.read_queue.places):
            await readers.enter_async_context(database.open_read_connection())
        assert is_told_to_come_again(await service.client.get("/regions"))
        await readers.aclose()
        assert (await service.client.get("/regions")).status_code == 200


@pytest.mark.parametrize("what", WRITES)
async def test_every_kind_of_update_waits_in_the_same_queue(
    lasting_database: str, keys: dict[str, Key], what: str
) -> None:
    method, path, body = WRITES[what]
    headers: Headers = build_bearer(keys["hq"])
    async with serving(lasting_database, max_waiting=1) as service:
        async with foreign_lock(lasting_database):
            posts = [service.post(keys["suva"], f"{what} {number}") for number in range(2)]
            await service.waiting(1)
            second = service.post(keys["suva"], f"{what} 2")
            assert is_told_to_come_again(await second)
            assert is_told_to_come_again(await service.client.request(method, path, json=body, headers=headers))
        await asyncio.gather(*posts)

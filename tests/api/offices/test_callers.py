"""Who is calling: the key that comes with a request, in whichever way, and what it may do."""

import asyncio
import base64
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from conftest import create_database
from fastapi import FastAPI, Request
from helpers.http import POINTS
from helpers.offices import build_basic, build_bearer, create_key, create_office, expire_key, sign_in
from helpers.servers.service import PATIENCE_S
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.auth.api_key import Key
from api.auth.dependencies import AuthenticatedCaller, Caller, ReviewerCaller, identify_caller
from api.auth.last_used import wait_for_key_uses
from api.auth.session import WriteConnection
from api.database.engine import build_engine
from api.database.write_queue import Writers
from api.main import create_app
from api.server.lifecycle import migrate_database
from models.tables.country import Region, RegionMember
from models.tables.office import ApiKey, Office

pytestmark = pytest.mark.smoke

OWN = "/offices/serbia"
UNKNOWN = "the key is not known"
CHALLENGES = ['Bearer realm="Crossings"', 'Basic realm="Crossings", charset="UTF-8"']


async def refusal(client: httpx.AsyncClient, headers: dict[str, str], path: str = OWN) -> str:
    """Why a request that has to be answered with 401 was refused."""
    response = await client.get(path, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (401, "application/problem+json")
    assert response.headers.get_list("www-authenticate") == CHALLENGES
    detail: str = response.json()["detail"]
    return detail


async def calling(database: AsyncConnection, key: Key) -> Caller:
    """Who a request with this key is taken for."""
    request = Request({"type": "http", "method": "GET", "headers": [(b"authorization", build_bearer(key)["Authorization"].encode())], "app": FastAPI()})  # fmt: skip  # noqa: E501
    request.app.state.writers = Writers(database.engine)
    return await identify_caller(request, database)


async def test_missing_key_error_lists_the_ways_to_send_one(client: httpx.AsyncClient) -> None:
    detail = await refusal(client, {})
    assert "Bearer" in detail
    assert "Basic" in detail


async def test_key_is_taken_as_bearer_as_password_and_as_user_name(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    key = (await create_key(shipped)).format()
    for headers in (build_bearer(key), build_basic("anybody", key), build_basic("", key), build_basic(key, "")):
        assert (await client.get(OWN, headers=headers)).status_code == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
async def test_scheme_is_read_as_http_reads_it(
    client: httpx.AsyncClient, shipped: AsyncConnection, scheme: str
) -> None:
    key = await create_key(shipped)
    assert (await client.get(OWN, headers={"Authorization": f"{scheme} {key.format()}"})).status_code == 200


async def test_password_counts_before_the_user_name(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = (await create_key(shipped)).format()
    assert await refusal(client, build_basic(key, "secret")) == UNKNOWN


async def test_key_is_taken_in_a_header_of_its_own_and_as_a_last_resort_in_the_address(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    key = (await create_key(shipped)).format()
    assert (await client.get(OWN, headers={"X-API-Key": key})).status_code == 200
    assert (await client.get(OWN, params={"api_key": key})).status_code == 200
    assert (await client.get(OWN, params={"token": key})).status_code == 401


async def test_key_in_the_address_is_in_no_link_that_the_service_writes(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    key = (await create_key(shipped)).format()
    for path in ("/", POINTS, f"{POINTS}/OA-4610", "/freshness", "/regions", "/collections/countries", "/codes"):
        for form in ("json", "html"):
            response = await client.get(path, params={"api_key": key, "f": form})
            assert response.status_code == 200
            assert "crossings_" not in response.text


async def test_key_in_the_address_is_not_repeated_by_a_problem(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    key = (await create_key(shipped)).format()
    response = await client.get(f"{POINTS}?api_key={key}&api_key={key}&limit=0")
    assert response.status_code == 400
    assert key not in response.text


@pytest.mark.parametrize(
    "authorization",
    [
        *("Bearer", "Bearer ", "Bearer x", "Bearer crossings_", "Bearer \xff", "Basic", "Basic !", "Basic eA==="),
        *("Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(), "Basic " + base64.b64encode(b"x").decode()),
        *(
            "Bearer " + "x" * 5000,
            f"Bearer {Key.generate().format()}",
            f"Bearer {Key.generate().format()} {Key.generate().format()}",
        ),
    ],
    # The keys are new in each run, and processes that share the work have to call a test the same.
    ids=lambda given: given[:12],
)
async def test_malformed_and_unknown_keys_are_refused_with_the_same_words(
    client: httpx.AsyncClient, authorization: str
) -> None:
    response = await client.get(OWN, headers={b"Authorization": authorization.encode("latin-1")})
    assert response.status_code == 401
    assert response.json()["detail"] == UNKNOWN


async def test_another_scheme_is_refused_without_repeating_it(client: httpx.AsyncClient) -> None:
    detail = await refusal(client, {"Authorization": "Token abc123"})
    assert "Token" not in detail
    assert "abc123" not in detail


async def test_known_prefix_with_another_secret_is_as_good_as_unknown(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    key = await create_key(shipped)
    await expire_key(shipped, key)
    assert await refusal(client, build_bearer(Key(key.prefix, Key.generate().secret))) == UNKNOWN


async def test_expired_key_has_its_own_message(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key = await create_key(shipped, expires_in_days=1)
    assert (await client.get(OWN, headers=build_bearer(key))).status_code == 200
    await expire_key(shipped, key)
    assert "expired" in await refusal(client, build_bearer(key))


async def test_revoked_key_has_its_own_message(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key, admin = await create_key(shipped), await sign_in(shipped, role="admin")
    await client.delete(f"{OWN}/keys/{key.prefix}", headers=admin)
    assert "revoked" in await refusal(client, build_bearer(key))


async def test_office_writes_for_its_countries_and_decides_for_none(shipped: AsyncConnection) -> None:
    await create_office(shipped, "balkans", countries=["SRB", "MNE"], regions=["SEEECA"])
    found = await calling(shipped, await create_key(shipped, "balkans"))
    assert found.countries == {"SRB", "MNE"}
    assert found.reviewed_countries == frozenset()
    assert (found.may_write("SRB"), found.may_write("FJI"), found.may_review("SRB")) == (True, False, False)


async def test_reviewer_decides_for_the_countries_of_its_regions_and_writes_for_none(
    shipped: AsyncConnection,
) -> None:
    await create_office(shipped, "pacific", countries=["FJI"], regions=["054", "061"])
    found = await calling(shipped, await create_key(shipped, "pacific", "reviewer"))
    members = set((await shipped.scalars(select(RegionMember.iso3).where(RegionMember.region_code.in_(["054", "061"])))).all())  # fmt: skip  # noqa: E501
    assert members
    assert found.reviewed_countries == members
    assert not found.may_write("FJI")


async def test_reviewer_decides_for_the_countries_that_are_in_its_region_today(shipped: AsyncConnection) -> None:
    await shipped.execute(insert(Region).values(code="OURS", kind="custom", label="Ours"))
    today = dt.datetime.now(dt.UTC).date()
    membership = {"FJI": Range(None, None), "SRB": Range(today, None), "MNE": Range(dt.date(2020, 1, 1), today)}
    for iso3, days in membership.items():
        valid = Range(days.lower or dt.date(1900, 1, 1), days.upper)
        await shipped.execute(insert(RegionMember).values(region_code="OURS", iso3=iso3, valid_during=valid))
    await create_office(shipped, "ours", regions=["OURS"])
    assert (await calling(shipped, await create_key(shipped, "ours", "reviewer"))).reviewed_countries == {"FJI", "SRB"}


async def test_admin_may_all(shipped: AsyncConnection) -> None:
    found = await calling(shipped, await create_key(shipped, role="admin"))
    assert found.may_write("FJI")
    assert found.may_review("FJI")
    assert {"FJI", "SRB"} <= found.countries == found.reviewed_countries


async def test_caller_is_known_by_its_office(shipped: AsyncConnection) -> None:
    await create_office(shipped, "tchad", countries=["TCD"], language="fr", needs_review=True)
    found = await calling(shipped, await create_key(shipped, "tchad"))
    assert (found.office_code, found.office_name, found.language) == ("tchad", "Tchad", "fr")
    assert (found.role, found.needs_review) == ("office", True)


async def test_caller_is_found_in_one_indexed_statement(shipped: AsyncConnection) -> None:
    key = await create_key(shipped, role="reviewer")
    await shipped.execute(update(ApiKey).values(last_used_at=dt.datetime.now(dt.UTC)))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(shipped.engine.sync_engine, "before_cursor_execute", note)
    try:
        await calling(shipped, key)
    finally:
        event.remove(shipped.engine.sync_engine, "before_cursor_execute", note)
    assert len(statements) == 1
    assert "api_key.prefix = " in statements[0]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_page_of_another_site_cannot_write_with_a_remembered_password(
    client: httpx.AsyncClient, shipped: AsyncConnection, site: str
) -> None:
    key = (await create_key(shipped, role="admin")).format()
    body, elsewhere = {"name": "Changed"}, {"Sec-Fetch-Site": site}
    refused = await client.patch(OWN, headers=build_basic("", key) | elsewhere, json=body)
    assert (refused.status_code, "another site" in refused.json()["detail"]) == (403, True)
    assert (await client.patch(OWN, headers=build_bearer(key) | elsewhere, json=body)).status_code == 200
    assert (await client.get(OWN, headers=build_basic("", key) | elsewhere)).status_code == 200
    own_page = {"Sec-Fetch-Site": "same-origin"}
    assert (await client.patch(OWN, headers=build_basic("", key) | own_page, json=body)).status_code == 200


async def test_cors_allows_no_credentials(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await sign_in(shipped) | {"Origin": "https://elsewhere.example"}
    assert "access-control-allow-credentials" not in (await client.get(OWN, headers=headers)).headers


@pytest.fixture(scope="module")
def lasting_database(server: str) -> Iterator[str]:
    """Address of a database of our own where what is written lasts."""
    with create_database(server) as address:
        migrate_database(address)
        yield address


@pytest.fixture
async def engine(lasting_database: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(lasting_database)
    yield engine
    await wait_for_key_uses()
    await engine.dispose()


@pytest.fixture
async def lasting(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose writes last, as those of real clients do."""
    app = create_app(engine)

    @app.post("/tried")
    async def fail(connection: WriteConnection) -> None:
        await connection.execute(insert(Office).values(code="half-done", name="Half done"))
        raise RuntimeError("after the write")

    @app.get("/reviewing")
    async def review(caller: ReviewerCaller) -> str:
        return caller.role

    @app.get("/one-connection")
    async def pair(request: Request, caller: AuthenticatedCaller, connection: WriteConnection) -> bool:
        await connection.execute(text("SELECT 1"))
        return bool(caller) and request.app.state.engine.pool.checkedout() == 1

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def lasting_key(engine: AsyncEngine, role: str = "admin") -> Key:
    async with engine.begin() as connection:
        await create_office(connection, "hq", countries=[])
        return await create_key(connection, "hq", role)


async def office_codes(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set((await connection.scalars(select(Office.code))).all())


async def last_used(engine: AsyncEngine, key: Key) -> dt.datetime | None:
    await wait_for_key_uses()
    async with engine.connect() as connection:
        return await connection.scalar(select(ApiKey.last_used_at).where(ApiKey.prefix == key.prefix))


async def test_response_is_sent_after_the_commit(lasting: httpx.AsyncClient, engine: AsyncEngine) -> None:
    headers = build_bearer(await lasting_key(engine))
    assert (await lasting.post("/offices", headers=headers, json={"code": "kept", "name": "K"})).status_code == 201
    assert "kept" in await office_codes(engine)


async def test_failed_request_writes_nothing(lasting: httpx.AsyncClient, engine: AsyncEngine) -> None:
    headers = build_bearer(await lasting_key(engine))
    assert (await lasting.post("/tried", headers=headers)).status_code == 500
    assert "half-done" not in await office_codes(engine)


@pytest.mark.parametrize(
    ("at_commit", "statuses"),
    [("RAISE EXCEPTION 'not this one'", {500}), ("PERFORM pg_terminate_backend(pg_backend_pid())", {500, 503})],
)
async def test_commit_that_fails_is_not_answered_with_created(
    lasting: httpx.AsyncClient, engine: AsyncEngine, at_commit: str, statuses: set[int]
) -> None:
    headers = build_bearer(await lasting_key(engine))
    async with engine.begin() as connection:
        body = f"BEGIN {at_commit}; RETURN NULL; END"
        function = f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS '{body.replace(chr(39), chr(39) * 2)}'"
        await connection.execute(text(function))
        at_the_end = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"
        await connection.execute(text(f"CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON office {at_the_end}"))
    try:
        response = await lasting.post("/offices", headers=headers, json={"code": "lost", "name": "Lost"})
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("DROP FUNCTION fail CASCADE"))
    assert response.status_code in statuses
    assert "lost" not in await office_codes(engine)


async def test_request_has_one_connection(lasting: httpx.AsyncClient, engine: AsyncEngine) -> None:
    key = await lasting_key(engine)
    await lasting.get("/one-connection", headers=build_bearer(key))
    await wait_for_key_uses()
    assert (await lasting.get("/one-connection", headers=build_bearer(key))).json() is True


@pytest.mark.parametrize(("role", "status"), [("office", 403), ("reviewer", 200), ("admin", 200)])
async def test_reviewing_takes_a_reviewer_or_an_admin(
    lasting: httpx.AsyncClient, engine: AsyncEngine, role: str, status: int
) -> None:
    response = await lasting.get("/reviewing", headers=build_bearer(await lasting_key(engine, role)))
    assert response.status_code == status
    assert "office" in response.text if status == 403 else response.json() == role


async def test_use_of_a_key_is_noted_also_when_the_request_is_refused(
    lasting: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    key = await lasting_key(engine)
    assert await last_used(engine, key) is None
    assert (await lasting.get("/offices/nowhere", headers=build_bearer(key))).status_code == 404
    used = await last_used(engine, key)
    assert used is not None
    assert dt.datetime.now(dt.UTC) - used < dt.timedelta(seconds=30)


async def test_use_of_a_key_is_noted_once_a_minute(lasting: httpx.AsyncClient, engine: AsyncEngine) -> None:
    key = await lasting_key(engine)
    await asyncio.gather(*(lasting.get("/offices/hq", headers=build_bearer(key)) for _ in range(8)))
    first = await last_used(engine, key)
    await lasting.get("/offices/hq", headers=build_bearer(key))
    assert await last_used(engine, key) == first
    async with engine.begin() as connection:
        long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=61)
        # Issued before, as a key of that age is.
        await connection.execute(update(ApiKey).values(last_used_at=long_ago, issued_at=long_ago))
    await lasting.get("/offices/hq", headers=build_bearer(key))
    again = await last_used(engine, key)
    assert first is not None
    assert again is not None
    assert again > first


async def test_key_whose_secret_is_wrong_is_not_in_use(lasting: httpx.AsyncClient, engine: AsyncEngine) -> None:
    key = await lasting_key(engine)
    await lasting.get("/offices/hq", headers=build_bearer(Key(key.prefix, Key.generate().secret)))
    assert await last_used(engine, key) is None


async def test_failure_to_record_key_use_does_not_fail_the_request(
    lasting: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    key = await lasting_key(engine)
    async with engine.connect() as holding, holding.begin():
        await holding.execute(select(ApiKey.id).where(ApiKey.prefix == key.prefix).with_for_update())
        async with asyncio.timeout(PATIENCE_S):
            assert (await lasting.get("/offices/hq", headers=build_bearer(key))).status_code == 200

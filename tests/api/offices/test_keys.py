"""Keys: their form, and that their secret is nowhere but in the one answer that gives it."""

import logging
import traceback

import httpx
import pytest
from helpers.offices import build_bearer, count_audit_entries, create_key, sign_in
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.api_key import KEY_PATTERN, InvalidKey, Key
from models.tables.office import ApiKey

KEYS = "/offices/serbia/keys"


def test_key_is_read_as_it_was_written() -> None:
    key = Key.generate()
    assert KEY_PATTERN.fullmatch(key.format())
    assert Key.parse(f" {key.format()}\n") == key


def test_no_two_keys_are_the_same() -> None:
    made = [Key.generate() for _ in range(1000)]
    assert len({key.secret for key in made}) == len({key.prefix for key in made}) == 1000


def test_key_proves_itself_by_its_own_hash_only() -> None:
    key, other = Key.generate(), Key.generate()
    assert key.matches_hash(key.secret_sha256())
    assert not key.matches_hash(other.secret_sha256())
    assert not key.matches_hash(None)
    assert not key.matches_hash(bytes(32))


@pytest.mark.parametrize(
    "text",
    [
        *("", "crossings", "crossings_abcdefgh", "crossings_abcdefgh_", f"crossings_abcdefgh_{'x' * 42}"),
        *(f"crossings_abcdefgh_{'x' * 44}", f"crossings_ABCDEFGH_{'x' * 43}", f"crossings_abcdefgh_{'é' * 43}"),
        *(f"crossings_abcdefg_{'x' * 43}", f"Crossings_abcdefgh_{'x' * 43}", f"crossings_abcdefgh_{'x' * 42}\0"),
    ],
)
def test_malformed_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidKey) as refused:
        Key.parse(text)
    assert not text or text not in str(refused.value)
    assert refused.value.__cause__ is None


def test_key_does_not_show_its_secret() -> None:
    key = Key.generate()
    assert key.secret not in repr(key)
    assert key.secret not in f"{key}"


async def test_key_is_shown_once_and_good_at_once(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    admin = await sign_in(shipped, "serbia", "admin")
    made = await client.post(KEYS, headers=admin, json={"role": "office", "label": "form", "expires_in_days": 90})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    key = Key.parse(made.json()["key"])
    assert made.json()["prefix"] == key.prefix
    assert (await client.get("/offices/serbia", headers=build_bearer(key))).status_code == 200


async def test_no_other_answer_has_the_secret(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    admin = await sign_in(shipped, "serbia", "admin")
    key = Key.parse((await client.post(KEYS, headers=admin, json={"role": "admin"})).json()["key"])
    answers = [
        await client.get(path, headers=build_bearer(key)) for path in ("/offices", "/offices/serbia", KEYS, "/audit")
    ]
    answers.append(await client.delete(f"{KEYS}/{key.prefix}", headers=build_bearer(key)))
    answers.append(await client.get(KEYS, headers=build_bearer(key)))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 204, 401]
    for answer in answers:
        assert key.secret not in answer.text
        assert key.secret_sha256().hex() not in answer.text
        assert key.secret not in str(answer.headers)


async def test_database_has_only_the_hash(shipped: AsyncConnection) -> None:
    key = await create_key(shipped)
    kept = (await shipped.execute(select(ApiKey.secret_sha256).where(ApiKey.prefix == key.prefix))).scalar_one()
    assert kept == key.secret_sha256()
    for table in ("api_key", "audit_entry", "office"):
        rows = (await shipped.scalars(text(f"SELECT t::text FROM {table} t"))).all()
        assert any(key.prefix in row for row in rows) or table == "office"
        assert not any(key.secret in row for row in rows)


async def test_no_log_has_a_secret(
    client: httpx.AsyncClient, shipped: AsyncConnection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    admin = await create_key(shipped, "serbia", "admin")
    made = await client.post(KEYS, headers=build_bearer(admin), json={"role": "office"})
    secret = Key.parse(made.json()["key"]).secret
    wrong = f"{admin.format()[:-1]}!"
    assert (await client.get("/offices", headers=build_bearer(wrong))).status_code == 401
    assert (await client.post(KEYS, headers=build_bearer(admin), content=b"{")).status_code == 400
    logged = caplog.text + "".join(
        "".join(traceback.format_exception(*record.exc_info)) for record in caplog.records if record.exc_info
    )
    assert logged
    for hidden in (admin.secret, secret, wrong.rsplit("_", 1)[1]):
        assert hidden not in logged


async def test_key_that_cannot_be_issued_leaves_no_trace(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    admin = await sign_in(shipped, "serbia", "admin")
    before = await count_audit_entries(shipped)
    for body in ({"role": "chief"}, {"role": "office", "expires_in_days": 0}, {"role": "office", "secret": "mine"}):
        assert (await client.post(KEYS, headers=admin, json=body)).status_code == 400
    assert (await client.post("/offices/nowhere/keys", headers=admin, json={"role": "office"})).status_code == 404
    assert len((await client.get(KEYS, headers=admin)).json()["keys"]) == 1
    assert await count_audit_entries(shipped) == before


async def test_list_of_keys_shows_public_parts_only(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await create_key(shipped, "fiji")
    key = await create_key(shipped)
    (listed,) = (await client.get(KEYS, headers=build_bearer(key))).json()["keys"]
    assert (listed["prefix"], listed["office"], listed["role"]) == (key.prefix, "serbia", "office")
    assert (listed["revoked_at"], listed["expires_at"], listed["last_used_at"]) == (None, None, None)
    assert set(listed) == {
        *("prefix", "office", "role", "label", "issued_at", "expires_at", "revoked_at", "last_used_at")
    }


async def test_revoking_a_key_twice_changes_nothing(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    admin = await sign_in(shipped, "serbia", "admin")
    key = await create_key(shipped)
    before = await count_audit_entries(shipped)
    for _ in range(2):
        assert (await client.delete(f"{KEYS}/{key.prefix}", headers=admin)).status_code == 204
    assert (await client.get("/offices/serbia", headers=build_bearer(key))).status_code == 401
    assert await count_audit_entries(shipped) == before + 1


@pytest.mark.parametrize("prefix", ["aaaaaaaa", "%00", "x", "..", "AAAAAAAA"])
async def test_key_that_is_not_there_cannot_be_revoked(
    client: httpx.AsyncClient, shipped: AsyncConnection, prefix: str
) -> None:
    admin = await sign_in(shipped, "serbia", "admin")
    assert (await client.delete(f"{KEYS}/{prefix}", headers=admin)).status_code in {404, 405}


async def test_key_is_revoked_at_its_own_office_only(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    admin = await sign_in(shipped, "serbia", "admin")
    key = await create_key(shipped, "fiji")
    assert (await client.delete(f"{KEYS}/{key.prefix}", headers=admin)).status_code == 404
    assert (await client.get("/offices/fiji", headers=build_bearer(key))).status_code == 200

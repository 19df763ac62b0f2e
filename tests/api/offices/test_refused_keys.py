"""Refused keys are counted and logged, without anything of a key and without a line for each of a flood."""

import datetime as dt
import logging

import httpx
import pytest
from fastapi import Request
from helpers.offices import build_basic, build_bearer, create_key, expire_key
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth import refused_keys as module
from api.auth.api_key import Key
from api.auth.refused_keys import MAX_LINES_PER_MINUTE, RefusedKeys
from models.accounts.api_keys import revoke_key


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> RefusedKeys:
    """What is noted from now on."""
    fresh = RefusedKeys()
    monkeypatch.setattr("api.auth.dependencies.refused_keys", fresh)
    return fresh


def request_for(path: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": path, "headers": [], "client": ("192.0.2.1", 1)})


async def test_refused_key_is_logged_with_its_reason_and_nothing_of_the_key(
    client: httpx.AsyncClient, shipped: AsyncConnection, noted: RefusedKeys, caplog: pytest.LogCaptureFixture
) -> None:
    revoked, expired, unknown = await create_key(shipped), await create_key(shipped), Key.generate()
    await revoke_key(shipped, revoked.prefix, by=None, at=dt.datetime.now(dt.UTC))
    await expire_key(shipped, expired)
    wrong = Key(expired.prefix, unknown.secret)
    malformed = "crossings_abc_not-a-key"
    asked = {
        "revoked": build_bearer(revoked),
        "expired": build_basic("anybody", expired.format()),
        "unknown": {"X-API-Key": unknown.format()},
        "wrong secret": build_bearer(wrong),
        "malformed": build_bearer(malformed),
        "unknown scheme": {"Authorization": "Digest something"},
    }
    for headers in asked.values():
        assert (await client.get("/submissions", headers=headers)).status_code == 401
    await client.get("/submissions", params={"api_key": malformed})
    await client.post(f"/hooks/kobo/{unknown.format()}", json={})
    lines = [record.getMessage() for record in caplog.records if record.name == module.__name__]
    for line, reason in zip(lines, asked, strict=False):
        assert line == f"key refused: {reason}, from '127.0.0.1', for GET '/submissions'"
    assert len(lines) == len(asked) + 2
    assert noted.counts == dict.fromkeys(asked, 1) | {"malformed": 2, "unknown": 2}
    for key in (revoked, expired, unknown):
        assert key.prefix not in caplog.text
        assert key.secret not in caplog.text
    assert malformed not in caplog.text


async def test_request_without_a_key_is_not_noted(
    client: httpx.AsyncClient, shipped: AsyncConnection, noted: RefusedKeys
) -> None:
    assert (await client.get("/submissions")).status_code == 401
    good = await create_key(shipped)
    assert (await client.get("/offices/elsewhere", headers=build_bearer(good))).status_code == 403
    assert noted.counts == {}


def test_flood_of_refusals_is_counted_and_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 0.0
    noted = RefusedKeys(clock=lambda: now_s)
    for _ in range(10_000):
        noted.note(request_for("/submissions"), "unknown")
    assert noted.counts == {"unknown": 10_000}
    assert len(caplog.records) == MAX_LINES_PER_MINUTE
    now_s = 61.0
    noted.note(request_for("/submissions"), "unknown")
    assert [record.levelno for record in caplog.records[-2:]] == [logging.WARNING] * 2
    assert "9970 more times" in caplog.records[-2].getMessage()


def test_path_in_the_log_is_short_and_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    RefusedKeys().note(request_for("/a\nkey refused: nobody" + "x" * 5_000), "unknown")
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert len(record.getMessage()) < 400

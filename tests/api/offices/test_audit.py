"""The audit trail: each write once, with who, which key, when and what; for admins, the newest first."""

import datetime as dt
from typing import Any

import httpx
import pytest
from helpers.http import Document, find_link
from helpers.offices import NOON, build_bearer, count_audit_entries, create_key, create_office, fetch_key_id, sign_in
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts.audit_trail import record_audit
from models.tables.audit import AuditEntry

CHAD = {"code": "chad", "name": "Tchad", "language": "fr", "countries": ["TCD"], "regions": [], "needs_review": False}


async def entries(client: httpx.AsyncClient, headers: dict[str, str], **query: Any) -> list[Document]:
    response = await client.get("/audit", headers=headers, params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    found: list[Document] = response.json()["entries"]
    return found


async def test_each_write_is_recorded_with_office_and_action(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    key = await create_key(shipped, "hq", "admin")
    headers = build_bearer(key)
    await client.post("/offices", headers=headers, json=CHAD)
    await client.patch("/offices/chad", headers=headers, json={"name": "Chad", "countries": ["TCD", "CMR"]})
    issued = (await client.post("/offices/chad/keys", headers=headers, json={"role": "office", "label": "form"})).json()
    await client.delete(f"/offices/chad/keys/{issued['prefix']}", headers=headers)
    revoked, issue, change, add = await entries(client, headers, office="hq")
    assert {(entry["office"], entry["key"]) for entry in (revoked, issue, change, add)} == {("hq", key.prefix)}
    assert (add["action"], add["subject"], add["detail"]) == ("office.add", "office chad", CHAD)
    assert (change["action"], change["subject"]) == ("office.change", "office chad")
    assert change["detail"] == {
        "name": {"before": "Tchad", "after": "Chad"},
        "countries": {"before": ["TCD"], "after": ["CMR", "TCD"]},
    }
    assert (issue["action"], issue["subject"]) == ("key.issue", f"key {issued['prefix']}")
    assert issue["detail"] == {"office": "chad", "role": "office", "label": "form", "expires_at": None}
    assert (revoked["action"], revoked["subject"]) == ("key.revoke", f"key {issued['prefix']}")
    assert revoked["detail"] == {"office": "chad"}
    since = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(revoked["at"])
    assert dt.timedelta(0) <= since < dt.timedelta(minutes=1)


async def test_command_line_entries_have_no_key(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await sign_in(shipped, "hq", "admin")
    (made,) = await entries(client, headers, subject="office hq")
    assert (made["office"], made["key"]) == (None, None)


async def test_refused_write_leaves_no_entry(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await sign_in(shipped, "hq", "admin")
    before = await count_audit_entries(shipped)
    refused = await client.post("/offices", headers=headers, json=CHAD | {"countries": ["XYZ"]})
    again = await client.post("/offices", headers=headers, json=CHAD | {"code": "hq"})
    assert (refused.status_code, again.status_code) == (400, 409)
    assert await count_audit_entries(shipped) == before


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_pages_give_each_entry_once_while_others_write(
    client: httpx.AsyncClient, shipped: AsyncConnection, limit: int
) -> None:
    key = await create_key(shipped, "hq", "admin")
    number = await fetch_key_id(shipped, key)
    expected = [await _entry(shipped, number, f"thing {place}") for place in range(6)][::-1]
    address: str | None = f"/audit?office=hq&limit={limit}"
    told = []
    while address:
        page = (await client.get(address, headers=build_bearer(key))).json()
        told += [entry["subject"] for entry in page["entries"]]
        assert len(page["entries"]) <= limit
        address = find_link(page, "next")
        await _entry(shipped, number, "meanwhile")
    assert told == expected


async def _entry(database: AsyncConnection, key: int, subject: str, action: str = "thing.do") -> str:
    await record_audit(database, at=NOON, api_key_id=key, action=action, subject=subject, detail={})
    return subject


async def test_filters_narrow_one_another(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    key, other = await create_key(shipped, "hq", "admin"), await create_key(shipped, "fiji")
    ours, theirs = await fetch_key_id(shipped, key), await fetch_key_id(shipped, other)
    for number, subject, action in ((ours, "a", "x"), (ours, "a", "y"), (ours, "b", "x"), (theirs, "a", "x")):
        await _entry(shipped, number, subject, action)
    counts = [
        len(await entries(client, build_bearer(key), **query))
        for query in (
            {"action": "x"},
            {"subject": "a"},
            {"office": "fiji"},
            {"action": "x", "subject": "a"},
            {"action": "x", "subject": "a", "office": "hq"},
            {"action": "z"},
        )
    ]
    assert counts == [3, 3, 1, 2, 1, 0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", "0"), ("limit", "x"), ("after", "x"), ("after", "0"), ("after", str(2**63)), ("colour", "red")),
        *(("office", "nowhere"), ("action", "a\0b"), ("subject", "\0"), ("office", "\0"), ("f", "xml")),
    ],
)
async def test_invalid_parameter_is_refused_by_name(
    client: httpx.AsyncClient, shipped: AsyncConnection, name: str, value: str
) -> None:
    headers = await sign_in(shipped, "hq", "admin")
    response = await client.get("/audit", headers=headers, params={name: value})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["parameter"], error["value"]) == (name, value)


async def test_database_refuses_to_change_the_trail(shipped: AsyncConnection) -> None:
    await create_office(shipped)
    for statement in (update(AuditEntry).values(action="x"), delete(AuditEntry), text("TRUNCATE audit_entry")):
        with pytest.raises(DBAPIError, match="only ever added"):
            async with shipped.begin_nested():
                await shipped.execute(statement)

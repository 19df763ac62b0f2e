"""Points and restrictions that are added by the same request sent twice: a client that got no answer sends again."""

import datetime as dt
import json

import httpx
import pytest
from helpers.editing import CLOSED, NEW, POINT, create_item, get_current_restrictions
from helpers.http import POINTS, RESTRICTIONS, Document
from helpers.offices import Headers, build_bearer, create_key, create_office, sign_in
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller, fetch_caller
from api.submissions.limits import get_limits
from api.submissions.readers.registry import read_submission
from api.submissions.service import submit
from api.submissions.submission import IncomingSubmission
from models.tables.point_of_entry import PointOfEntry
from models.tables.submission import Submission

NEW_ROW = {
    "action": "new_point", "name": "Ivanjica", "poe_type": "internal_transit_point", "country": "SRB",
    "longitude": 20.5, "latitude": 44,
}  # fmt: skip
OPEN_ROW = {"point": POINT, "assessed_on": "2020-05-04", "operational_status": "open"}


@pytest.fixture
async def office(shipped: AsyncConnection) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "serbia"))


async def count(database: AsyncConnection, table: type) -> int:
    return await database.scalar(select(func.count()).select_from(table)) or 0


async def added(client: httpx.AsyncClient, headers: Headers, path: str, feature: Document) -> str:
    response = await client.post(path, json=feature, headers=headers)
    assert response.status_code == 201, response.text
    return response.headers["location"]


@pytest.mark.parametrize(("path", "feature"), [(POINTS, NEW), (RESTRICTIONS, CLOSED)])
async def test_item_sent_again_is_added_once_and_answered_alike(
    client: httpx.AsyncClient, shipped: AsyncConnection, office: Headers, path: str, feature: Document
) -> None:
    first = await client.post(path, json=feature, headers=office)
    counts = [await count(shipped, table) for table in (Submission, PointOfEntry)]
    again = await client.post(path, json=feature, headers=office)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert [await count(shipped, table) for table in (Submission, PointOfEntry)] == counts


async def test_point_with_a_code_of_its_own_sent_again_is_added_once(
    client: httpx.AsyncClient, office: Headers
) -> None:
    feature = NEW | {"id": "RS-NEW"}
    assert await added(client, office, POINTS, feature) == await added(client, office, POINTS, feature)


async def test_another_body_adds_another_point(client: httpx.AsyncClient, office: Headers) -> None:
    assert await create_item(client, office, POINTS) != await create_item(client, office, POINTS, name="Ivanjica 2")


async def test_same_body_from_another_key_adds_another_point(
    client: httpx.AsyncClient, shipped: AsyncConnection, office: Headers
) -> None:
    other_key = build_bearer(await create_key(shipped, "serbia"))
    assert await create_item(client, office, POINTS) != await create_item(client, other_key, POINTS)


async def test_same_body_under_two_idempotency_keys_adds_two_points(client: httpx.AsyncClient, office: Headers) -> None:
    keys = [office | {"Idempotency-Key": key} for key in ("1", "2")]
    assert await create_item(client, keys[0], POINTS) != await create_item(client, keys[1], POINTS)


async def test_withdrawn_point_can_be_added_again(client: httpx.AsyncClient, office: Headers) -> None:
    first = await create_item(client, office, POINTS)
    assert (await client.delete(first, headers=office)).status_code == 204
    assert await create_item(client, office, POINTS) != first


async def test_retracted_restriction_can_be_added_again(client: httpx.AsyncClient, office: Headers) -> None:
    first = await create_item(client, office)
    assert (await client.delete(first, headers=office)).status_code == 200
    assert await create_item(client, office) != first
    assert len(await get_current_restrictions(client)) == 1


async def test_renamed_proposal_still_answers_the_request_that_added_it(
    client: httpx.AsyncClient, office: Headers
) -> None:
    first = await create_item(client, office, POINTS)
    assert (await client.patch(first, json={"properties": {"name": "Other"}}, headers=office)).status_code == 200
    assert await create_item(client, office, POINTS) == first


@pytest.mark.parametrize(("path", "feature"), [(POINTS, NEW), (RESTRICTIONS, CLOSED)])
async def test_item_that_waits_for_review_waits_once(
    client: httpx.AsyncClient, shipped: AsyncConnection, path: str, feature: Document
) -> None:
    reviewed = await sign_in(shipped, await create_office(shipped, "nis", needs_review=True))
    answers = [await client.post(path, json=feature, headers=reviewed) for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0].headers["location"] == answers[1].headers["location"]


async def test_dry_run_of_the_same_body_is_a_dry_run(client: httpx.AsyncClient, office: Headers) -> None:
    await create_item(client, office, POINTS)
    response = await client.post(f"{POINTS}?dry_run=true", json=NEW, headers=office)
    assert (response.status_code, response.json()["state"]) == (200, "dry_run")


async def posted(database: AsyncConnection, caller: Caller, now: dt.datetime, *rows: Document) -> Document:
    body = json.dumps({"rows": rows}).encode()
    raw = read_submission(body, "application/json", None, get_limits())
    return await submit(database, caller, IncomingSubmission(body, "application/json"), raw, now)


@pytest.fixture
async def caller(shipped: AsyncConnection) -> Caller:
    key = await create_key(shipped, await create_office(shipped, "serbia"))
    return await fetch_caller(shipped, key.prefix, dt.date(2020, 5, 4))


NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


async def test_file_with_a_new_point_sent_again_adds_it_once(shipped: AsyncConnection, caller: Caller) -> None:
    first = await posted(shipped, caller, NOON, NEW_ROW, OPEN_ROW)
    assert await posted(shipped, caller, NOON + dt.timedelta(minutes=9), NEW_ROW, OPEN_ROW) == first


async def test_file_with_a_new_point_adds_another_after_ten_minutes(shipped: AsyncConnection, caller: Caller) -> None:
    first = await posted(shipped, caller, NOON, NEW_ROW)
    later = await posted(shipped, caller, NOON + dt.timedelta(minutes=11), NEW_ROW)
    assert later["rows"][0]["point"] != first["rows"][0]["point"]


async def test_file_without_new_points_sent_again_is_a_submission_of_its_own(
    shipped: AsyncConnection, caller: Caller
) -> None:
    first = await posted(shipped, caller, NOON, OPEN_ROW)
    again = await posted(shipped, caller, NOON + dt.timedelta(minutes=1), OPEN_ROW)
    assert (again["id"] > first["id"], again["counts"]["unchanged"]) == (True, 1)

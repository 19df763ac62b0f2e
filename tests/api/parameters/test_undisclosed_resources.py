"""What is not there and what is not the caller's are answered alike: neither existence nor country is disclosed."""

import re
from typing import Any

import httpx
import pytest
from helpers.editing import create_item
from helpers.http import POINTS
from helpers.offices import Headers, create_office, sign_in
from sqlalchemy.ext.asyncio import AsyncConnection

NOT_THERE = "SRB-P9999"
FEATURE = {"type": "Feature", "geometry": None, "properties": {"name": "Mine"}}
ROW = {"operational_status": "closed", "assessed_on": "2020-04-16"}
# What could tell whether a point of the code is there.
REQUESTS: dict[str, tuple[str, str, Any]] = {
    "entry": ("PATCH", "/points-of-entry/{code}", {"name": "Mine"}),
    "tried entry": ("PATCH", "/points-of-entry/{code}?dry_run=true", {"name": "Mine"}),
    "history": ("GET", "/points-of-entry/{code}/history", None),
    "accept": ("POST", "/points-of-entry/{code}/accept", {}),
    "decline": ("POST", "/points-of-entry/{code}/decline", {}),
    "item": ("GET", POINTS + "/{code}?datetime=2020-04-16&as_known_at=2020-04-16", None),
    "replaced item": ("PUT", POINTS + "/{code}", FEATURE),
    "changed item": ("PATCH", POINTS + "/{code}", FEATURE),
    "removed item": ("DELETE", POINTS + "/{code}", None),
    "new item": ("POST", POINTS, FEATURE | {"properties": {"code": "{code}", "name": "Mine", "country": "FJI"}}),
    "report": ("POST", "/submissions", [{"point": "{code}", **ROW}]),
    "tried report": ("POST", "/submissions?dry_run=true", [{"point": "{code}", **ROW}]),
    "part of a report": ("POST", "/submissions?partial=true", [{"point": "{code}", **ROW}]),
    "change": ("POST", "/submissions", [{"point": "{code}", "action": "change_point", "name": "Mine"}]),
    "retirement": ("POST", "/submissions", [{"point": "{code}", "action": "retire_point"}]),
    "merger": ("POST", "/submissions", [{"point": "OA-3396", "action": "merge_point", "successor": "{code}"}]),
    "form": ("POST", "/hooks/kobo", {"_uuid": "2a8129f5-3091-44e1-a579-bed2b07a12cf", "point": "{code}", **ROW}),
}
NUMBERED = (
    ("GET", "/submissions/{code}"),
    ("GET", "/submissions/{code}/body"),
    ("POST", "/submissions/{code}/publish"),
    ("POST", "/submissions/{code}/return"),
    ("DELETE", "/webhooks/{code}"),
    ("GET", "/webhooks/{code}/dead"),
)
ETAG = {"If-Match": '"other.1"'}


def filled(template: Any, code: str) -> Any:
    """The template with the code in the places for it."""
    if isinstance(template, dict):
        return {name: filled(value, code) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, code) for value in template]
    return template.replace("{code}", code) if isinstance(template, str) else template


async def answered(
    client: httpx.AsyncClient, request: tuple[str, str, Any], code: str, headers: Headers
) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of the answer, with the code taken out of them.

    The status stands in the body too, and chance may give a submission the number 4, 40 or 404.
    """
    method, path, body = request
    found = await client.request(method, filled(path, code), json=filled(body, code), headers=headers)
    kept = {name: value for name, value in found.headers.items() if name != "content-length"}
    text = found.text.replace(f'"status": {found.status_code}', "").replace(f'"status":{found.status_code}', "")
    return found.status_code, kept, re.sub(rf"\b{re.escape(code)}\b", "{code}", text)


@pytest.fixture
async def proposed(client: httpx.AsyncClient, shipped: AsyncConnection) -> str:
    """Code of a point that the office of Serbia proposed."""
    serbia = await sign_in(shipped, await create_office(shipped, "serbia"))
    return (await create_item(client, serbia, POINTS, iata="QZZ")).rpartition("/")[2]


@pytest.fixture
async def withdrawn(client: httpx.AsyncClient, shipped: AsyncConnection) -> str:
    """Code of a point that the office of Serbia proposed and took back."""
    serbia = await sign_in(shipped, await create_office(shipped, "serbia"))
    path = await create_item(client, serbia, POINTS)
    assert (await client.delete(path, headers=serbia)).status_code == 204
    return path.rpartition("/")[2]


async def of_fiji(shipped: AsyncConnection, role: str) -> Headers:
    return await sign_in(shipped, await create_office(shipped, "fiji", countries=["FJI"], regions=["AP"]), role)


@pytest.mark.parametrize("role", ["office", "reviewer"])
async def test_point_proposed_elsewhere_is_answered_as_if_it_was_not_there(
    client: httpx.AsyncClient, shipped: AsyncConnection, proposed: str, role: str
) -> None:
    headers = await of_fiji(shipped, role)
    for given in (headers, headers | ETAG):
        for kind, request in REQUESTS.items():
            seen = await answered(client, request, proposed, given)
            assert seen == await answered(client, request, NOT_THERE, given), kind
            assert seen[0] >= 400, kind
            assert "Serbia" not in seen[2], kind


async def test_withdrawn_proposal_is_answered_as_if_it_was_not_there(
    client: httpx.AsyncClient, shipped: AsyncConnection, withdrawn: str
) -> None:
    headers = await of_fiji(shipped, "office")
    for kind, request in REQUESTS.items():
        seen = await answered(client, request, withdrawn, headers)
        assert seen == await answered(client, request, NOT_THERE, headers), kind


async def test_other_codes_of_a_point_proposed_elsewhere_are_not_found(
    client: httpx.AsyncClient, shipped: AsyncConnection, proposed: str
) -> None:
    assert proposed
    headers = await of_fiji(shipped, "office")
    found, not_there = [await answered(client, REQUESTS["report"], code, headers) for code in ("QZZ", "QZY")]
    assert found == not_there
    row = {"action": "new_point", "name": "Mine", "poe_type": "airport", "country": "FJI", "longitude": "178"}
    rows = [row | {"latitude": "-18", "iata": "QZZ"}]
    told = (await client.post("/submissions?dry_run=true", json=rows, headers=headers)).json()
    assert "code_in_use" not in {problem["code"] for problem in told["rows"][0].get("problems", ())}


async def test_proposal_is_visible_to_its_office_and_reviewers(
    client: httpx.AsyncClient, shipped: AsyncConnection, proposed: str
) -> None:
    office = await sign_in(shipped, "serbia")
    assert (await answered(client, REQUESTS["tried entry"], proposed, office))[0] == 200
    told = (await answered(client, REQUESTS["report"], proposed, office))[2]
    assert "is proposed and not accepted yet" in told
    assert (await answered(client, REQUESTS["accept"], proposed, office))[0] == 403


@pytest.mark.parametrize("role", ["office", "reviewer"])
async def test_numbered_thing_of_another_office_is_answered_as_if_it_was_not_there(
    client: httpx.AsyncClient, shipped: AsyncConnection, role: str
) -> None:
    serbia = await sign_in(shipped, await create_office(shipped, "serbia", needs_review=True))
    rows = [{"point": "OA-4610", **ROW}]
    number = str((await client.post("/submissions", json=rows, headers=serbia)).json()["id"])
    headers = await of_fiji(shipped, role)
    for method, path in NUMBERED:
        request = (method, path, {} if method == "POST" else None)
        seen = await answered(client, request, number, headers)
        assert seen == await answered(client, request, "987654321", headers), path


async def test_office_cannot_list_other_offices(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await create_office(shipped, "serbia")
    headers = await of_fiji(shipped, "office")
    for path in ("/offices/{code}", "/offices/{code}/keys", "/offices/{code}/due"):
        request = ("GET", path, None)
        assert await answered(client, request, "serbia", headers) == await answered(client, request, "nowhere", headers)

"""What was answered once is answered again, to the byte, as known at that moment, whatever was submitted since."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from conftest import create_app_in_transaction
from helpers.factories import add_country, add_poe
from helpers.offices import Headers, create_office, sign_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

POINTS = ("FJ-NAN", "FJ-SUV", "FJ-LEV")
DAYS = [f"2020-03-{number:02}" for number in range(1, 15)]
ITEMS = "/collections/{}/items"
QUESTIONS = [
    (ITEMS.format("points-of-entry"), {"datetime": "2020-03-05"}),
    (ITEMS.format("points-of-entry"), {"datetime": "2020-03-03/2020-03-09", "status_group": "fully_closed,unknown"}),
    (f"{ITEMS.format('points-of-entry')}/FJ-NAN", {"datetime": "2020-03-08"}),
    (ITEMS.format("restrictions"), {"country": "FJI"}),
    (ITEMS.format("countries"), {"datetime": "2020-03-10"}),
]
SLOW_IS_FINE = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
Row = dict[str, str]


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """News of days, a confirmation, a retraction, or a change of the register."""
    point, first = draw(st.sampled_from(POINTS)), draw(st.sampled_from(DAYS))
    kind = draw(st.sampled_from(("status", "status", "status", "confirm", "retract", "rename", "move", "retire")))
    if kind == "status":
        status = draw(st.sampled_from(("open", "closed", "closed_for_entry", "unknown")))
        until = draw(st.sampled_from(["", *(day for day in DAYS if day >= first)]))
        said = {"operational_status": status, "valid_from": first, "valid_until": until, "assessed_on": DAYS[-1]}
    elif kind == "confirm":
        said = {"assessed_on": first}
    elif kind == "retract":
        said = {"action": "retract", "valid_from": first, "assessed_on": first}
    elif kind == "rename":
        said = {"action": "change_point", "name": draw(st.sampled_from(("Nadi", "Suva", "Neu"))), "valid_from": first}
    elif kind == "move":
        said = {"action": "change_point", "longitude": "0.5", "latitude": "0.25", "valid_from": first}
    else:
        said = {"action": "retire_point", "valid_from": first}
    return {name: value for name, value in (said | {"point": point}).items() if value}


@asynccontextmanager
async def service(engine: AsyncEngine) -> AsyncIterator[tuple[httpx.AsyncClient, Headers]]:
    """A client of a service whose database has three points, and the key of their office; nothing of it is kept."""
    async with engine.connect() as database:
        await add_country(database, "FJI")
        for code in POINTS:
            await add_poe(database, code)
        key = await sign_in(database, await create_office(database, "fiji", countries=["FJI"]))
        transport = httpx.ASGITransport(create_app_in_transaction(database))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client, key
        await database.rollback()


@SLOW_IS_FINE
@given(weeks=st.lists(st.lists(rows(), min_size=1, max_size=4), min_size=1, max_size=4))
async def test_past_responses_are_reproduced_byte_for_byte(bare_engine: AsyncEngine, weeks: list[list[Row]]) -> None:
    async with service(bare_engine) as (client, key):
        answered = {}
        for week in weeks:
            answered |= await answers(client)
            posted = await client.post("/submissions", json={"rows": week}, headers=key, params={"partial": "true"})
            assert posted.status_code in {201, 422}
        for (path, *asked), before in answered.items():
            again = await client.get(path, params=dict(asked))  # type: ignore[arg-type]
            assert again.content == before


async def answers(client: httpx.AsyncClient) -> dict[tuple[Any, ...], bytes]:
    """The answers to all questions by what would ask for the same again; each as it is given without a moment too."""
    found: dict[tuple[Any, ...], bytes] = {}
    for path, asked in QUESTIONS:
        now = await client.get(path, params=asked)
        moment = moment_of(now.json()) if now.is_success else None
        then = await client.get(path, params=asked | ({"as_known_at": moment} if moment else {}))
        assert content(then) == content(now)
        if moment:
            found[path, *asked.items(), ("as_known_at", moment)] = then.content
    return found


def moment_of(document: dict[str, Any]) -> str:
    """The moment of knowledge that the answer names, be it in its links."""
    if "as_known_at" in document:
        return str(document["as_known_at"])
    link = next(link["href"] for link in document["links"] if link["rel"] == "self")
    return str(httpx.URL(link).params["as_known_at"])


def content(response: httpx.Response) -> Any:
    """What is said, without when it was said and the addresses under which it is said."""
    document = json.loads(response.content)
    return {name: value for name, value in document.items() if name not in {"timeStamp", "links", "detail"}}

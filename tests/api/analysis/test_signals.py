"""Early signals: countries whose points changed status fastest in the days before a day."""

import csv
import io
from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import get_json
from sqlalchemy.ext.asyncio import AsyncConnection

Row = dict[str, Any]
ON = "2020-04-15"


async def tell(shipped: AsyncConnection, iso3: str, *stories: tuple[str | None, str | None]) -> None:
    """New points of the country, each with its status before the two weeks and in them; None: nobody said."""
    for number, (before, after) in enumerate(stories):
        point = await add_poe(shipped, f"{iso3}-{number}", iso3=iso3)
        if before:
            await record_status(shipped, point, before, "03-01", None if after else "04-05")
        if after:
            await record_status(shipped, point, after, "04-10")


async def signals(client: httpx.AsyncClient, **query: str) -> dict[str, Row]:
    document = await get_json(client, "/signals", **({"datetime": ON, "least_points": "2"} | query))
    return {row["country"]: row for row in document["rows"]}


async def test_changes_include_the_status_before(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await tell(
        shipped,
        "FJI",
        ("open", "closed"),
        ("closed", "open"),
        ("closed", "closed_for_entry"),
        ("open", "partially_operational"),
        ("closed_for_entry", "closed_for_exit"),
        ("open", "open"),
        ("unknown", "open"),
        ("open", "unknown"),
        (None, "open"),
        ("open", None),
    )
    fiji = (await signals(client))["FJI"]
    told = {name: fiji[name] for name in ("compared", "changed", "eased", "tightened", "opened", "closed", "unknown")}
    expected = {"compared": 8, "changed": 5, "eased": 2, "tightened": 2, "opened": 2, "closed": 1, "unknown": 2}
    assert told == expected
    assert fiji["changed_share"] == 0.625
    assert (fiji["before_fully_operational"], fiji["after_fully_operational"]) == (4, 3)
    assert fiji["change_fully_operational"] == -0.125


async def test_fastest_come_first_and_of_equal_shares_the_larger(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    turned, stayed = ("open", "closed"), ("open", "open")
    await tell(shipped, "FJI", turned, stayed, stayed, stayed)
    await tell(shipped, "TON", turned, stayed)
    await tell(shipped, "WSM", turned, turned, stayed, stayed)
    await tell(shipped, "VUT", turned)
    await tell(shipped, "NRU", stayed, stayed)
    assert list(await signals(client)) == ["WSM", "TON", "FJI"]
    assert [row["rank"] for row in (await signals(client)).values()] == [1, 2, 3]
    assert list(await signals(client, least_points="4")) == ["WSM", "FJI"]
    assert list(await signals(client, limit="1")) == ["WSM"]
    assert list(await signals(client, country="FJI,TON")) == ["TON", "FJI"]


async def test_days_parameter_sets_how_far_back_signals_look(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await tell(shipped, "FJI", ("open", "closed"), ("open", "closed"))
    assert await signals(client, days="5") == {}
    assert list(await signals(client, days="6")) == ["FJI"]
    assert await signals(client, datetime="2020-04-09") == {}


async def test_signals_take_as_known_at(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    points = [await add_poe(shipped, f"FJI-{number}") for number in range(2)]
    for point in points:
        _, then = await record_status(shipped, point, "open", "03-01")
    for point in points:
        await record_status(shipped, point, "closed", "04-10")
    assert list(await signals(client)) == ["FJI"]
    assert await signals(client, as_known_at=then.isoformat()) == {}


async def test_signals_as_csv_have_hxl_tags(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await tell(shipped, "FJI", ("open", "closed"), ("open", "closed"))
    query = {"datetime": ON, "least_points": "1", "f": "csv"}
    header, tags, *lines = csv.reader(io.StringIO((await client.get("/signals", params=query)).text))
    assert all(tag.startswith("#") for tag in tags)
    (line,) = (dict(zip(header, line, strict=True)) for line in lines)
    assert (line["country"], line["changed"], line["closed"]) == ("FJI", "2", "2")


async def test_signals_have_a_page(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await tell(shipped, "FJI", ("open", "closed"), ("open", "closed"))
    page = await client.get("/signals", params={"datetime": ON, "least_points": "1", "f": "html"})
    assert page.status_code == 200
    assert ">Fiji</a>" in page.text
    empty = await client.get("/signals", params={"datetime": "2019-01-01", "f": "html"})
    assert "No country" in empty.text


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"days": "0"}, "days"),
        ({"days": "1000"}, "days"),
        ({"days": "1.5"}, "days"),
        ({"least_points": "0"}, "least_points"),
        ({"datetime": "2020-01-01/2020-02-01"}, "datetime"),
        ({"datetime": "0001-01-05"}, "datetime"),
        ({"country": "XXX"}, "country"),
        ({"weeks": "2"}, "weeks"),
    ],
)
async def test_invalid_parameter_is_named(client: httpx.AsyncClient, query: dict[str, str], parameter: str) -> None:
    response = await client.get("/signals", params=query)
    assert response.status_code == 400
    assert parameter in {error["parameter"] for error in response.json()["errors"]}

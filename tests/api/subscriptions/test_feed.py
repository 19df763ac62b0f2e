"""What changed, as Atom and as JSON Feed."""

from xml.etree import ElementTree as ET

import httpx
import pytest
from helpers.factories import add_poe, day, fetch_source_id, record_status
from helpers.http import Document, get_json
from sqlalchemy.ext.asyncio import AsyncConnection

from api.subscriptions.feeds.entry import parse_change_cursor
from models.recording.restrictions import MeasureRow, RestrictionUpdate, record_restrictions
from models.tables.revision import begin_revision

ATOM, JSON = "/changes.atom", "/changes.json"
NAMES = {"a": "http://www.w3.org/2005/Atom"}


async def feed(client: httpx.AsyncClient, address: str = ATOM, **query: object) -> ET.Element:
    """The Atom document; it has to be one."""
    response = await client.get(address, params={name: str(value) for name, value in query.items()} or None)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml"
    document = ET.fromstring(response.content)  # noqa: S314 - it is our own
    assert document.tag == "{http://www.w3.org/2005/Atom}feed"
    return document


def texts(document: ET.Element, path: str) -> list[str | None]:
    return [element.text for element in document.findall(path, NAMES)]


def href(document: ET.Element, rel: str) -> str | None:
    link = document.find(f"a:link[@rel='{rel}']", NAMES)
    return None if link is None else link.get("href")


async def three_changes(database: AsyncConnection) -> None:
    nadi, horgos = await add_poe(database, "XX-NADI"), await add_poe(database, "XX-HORGOS", iso3="SRB")
    await record_status(database, nadi, "closed", "03-01")
    await record_status(database, horgos, "closed", "03-02")
    await record_status(database, nadi, "open", "04-01", "04-08", comment="Flights & <b>ferries</b>")


async def test_newest_first(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await three_changes(shipped)
    assert texts(await feed(client), "a:entry/a:title") == [
        "XX-NADI (XX-NADI), Fiji: Open for entry and exit (before: Closed for entry and exit)",
        "XX-HORGOS (XX-HORGOS), Serbia: Closed for entry and exit",
        "XX-NADI (XX-NADI), Fiji: Closed for entry and exit",
    ]


async def test_all_that_atom_requires_is_there(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await three_changes(shipped)
    document = await feed(client)
    entries = document.findall("a:entry", NAMES)
    for element in (document, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"a:{name}", NAMES)) == 1
        assert element.find("a:author/a:name", NAMES) is not None
    assert href(document, "self") == "http://test/changes.atom"
    assert document.findtext("a:updated", namespaces=NAMES) == entries[0].findtext("a:updated", namespaces=NAMES)
    ids = texts(document, ".//a:id")
    assert len(set(ids)) == len(ids)
    assert all(identity and identity.startswith("tag:test,2026:") for identity in ids)


async def test_text_of_offices_is_escaped(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    point = await add_poe(shipped, "XX-A", name="<script>alert('a')</script>")
    await record_status(shipped, point, "closed", "03-01", comment="a < b & c \x0b\x1f end]]>")
    document = await feed(client)
    assert "<script>alert('a')</script>" in (texts(document, "a:entry/a:title")[0] or "")
    assert "a < b & c \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} end]]>" in (
        texts(document, "a:entry/a:content")[0] or ""
    )
    assert document.find(".//script") is None


async def test_days_are_read_with_the_last_one_included(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await three_changes(shipped)
    newest, *_ = texts(await feed(client), "a:entry/a:content")
    assert (newest or "").startswith("From 2020-04-01 to 2020-04-07, both included.")


async def test_measures_are_named_by_their_labels(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    measures = [MeasureRow("mandatory_quarantine")]
    await record_status(shipped, await add_poe(shipped, "XX-A"), "partially_operational", "03-01", measures=measures)
    assert "quarantine" in (texts(await feed(client), "a:entry/a:content")[0] or "").lower()


@pytest.mark.parametrize(("name", "value"), [("country", "SRB"), ("region", "SEEECA")])
async def test_by_country_and_region(
    client: httpx.AsyncClient, shipped: AsyncConnection, name: str, value: str
) -> None:
    await three_changes(shipped)
    document = await feed(client, **{name: value})
    assert [category.get("term") for category in document.findall("a:entry/a:category", NAMES)] == ["SRB"]


async def test_since_a_moment(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await three_changes(shipped)
    newest = texts(await feed(client), "a:entry/a:updated")[0]
    assert texts(await feed(client, since=newest), "a:entry/a:updated") == [newest]
    assert len(texts(await feed(client, since="2020-01-01"), "a:entry/a:id")) == 3
    assert texts(await feed(client, since="9000-01-01"), "a:entry/a:id") == []


async def many_changes(database: AsyncConnection, days: int = 6, points: int = 4) -> int:
    """A few files, each about all of the points."""
    numbers = [await add_poe(database, f"XX-{number}") for number in range(points)]
    for week in range(1, days + 1):
        source, recorded_at = await fetch_source_id(database), await begin_revision(database, "a file")
        status = "closed" if week % 2 else "open"
        news = [RestrictionUpdate(point, day(f"03-{week:02}"), None, status, source) for point in numbers]
        await record_restrictions(database, news, recorded_at)
    return days * points


@pytest.mark.parametrize("limit", [1, 5, 24, 100])
async def test_pages_give_each_change_once(client: httpx.AsyncClient, shipped: AsyncConnection, limit: int) -> None:
    number = await many_changes(shipped)
    document = await feed(client, limit=limit)
    found = texts(document, "a:entry/a:id")
    while address := href(document, "next"):
        document = await feed(client, address)
        found += texts(document, "a:entry/a:id")
    assert found == texts(await feed(client, limit=1000), "a:entry/a:id")
    assert len(set(found)) == number


async def test_page_stays_the_same_while_others_publish(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await many_changes(shipped)
    first = await feed(client, limit=5)
    expected = texts(await feed(client, href(first, "next") or ""), "a:entry/a:id")
    await record_status(shipped, await add_poe(shipped, "XX-NEW"), "closed", "03-01")
    assert texts(await feed(client, href(first, "next") or ""), "a:entry/a:id") == expected


async def test_no_change_is_a_feed_without_entries(client: httpx.AsyncClient) -> None:
    document = await feed(client)
    assert document.findall("a:entry", NAMES) == []
    assert document.findtext("a:updated", namespaces=NAMES)


async def test_json_feed_equals_atom(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await three_changes(shipped)
    document = await get_json(client, JSON, limit=2)
    atom = await feed(client, limit=2)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in document["items"]] == texts(atom, "a:entry/a:id")
    assert [item["title"] for item in document["items"]] == texts(atom, "a:entry/a:title")
    rest: Document = await get_json(client, document["next_url"])
    assert [item["_crossings"]["code"] for item in rest["items"]] == ["XX-NADI"]
    assert "next_url" not in rest


async def test_json_feed_has_each_change_for_a_program(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await three_changes(shipped)
    change = (await get_json(client, JSON, limit=1))["items"][0]["_crossings"]
    assert (change["code"], change["country"], change["operational_status"], change["status_before"]) == (
        "XX-NADI",
        "FJI",
        "open",
        "closed",
    )
    assert (change["valid_from"], change["valid_to"], change["withdrawn"]) == ("2020-04-01", "2020-04-08", False)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("country", "ZZZ"),
        ("region", "NOWHERE"),
        ("since", "yesterday"),
        ("after", "1"),
        ("after", "2020-01-01T00:00:00,5,2020-01-01"),
        ("after", "2020-01-01T00:00:00Z,99999999999999999999,2020-01-01"),
        ("limit", "0"),
        ("f", "json"),
        ("page", "2"),
    ],
)
@pytest.mark.parametrize("path", [ATOM, JSON])
async def test_invalid_query_is_named(client: httpx.AsyncClient, path: str, parameter: str, value: str) -> None:
    response = await client.get(path, params={parameter: value})
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == parameter


def test_cursor_of_another_maker_is_refused() -> None:
    with pytest.raises(ValueError, match="was not written by this service"):
        parse_change_cursor("2020-01-01,1")

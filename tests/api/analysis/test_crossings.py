"""Crossings between two countries: out of one and into the other, each side as its own country assessed it."""

import datetime as dt
from typing import Any

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import find_link, get_json
from helpers.passability import build_exception, build_measure
from sqlalchemy.ext.asyncio import AsyncConnection

Document = dict[str, Any]
# The road at Gradina and Kalotina, by codes of our own beside those of the shipped register.
SHIPPED = "LB-CMP-"
GRADINA, KALOTINA = (22.826, 43.009), (22.862, 42.993)


@pytest.fixture
async def gradina(shipped: AsyncConnection) -> int:
    return await add_side(shipped, "RS-GRA", "SRB", "BGR", GRADINA)


@pytest.fixture
async def kalotina(shipped: AsyncConnection) -> int:
    return await add_side(shipped, "BG-KAL", "BGR", "SRB", KALOTINA)


async def add_side(
    database: AsyncConnection, code: str, iso3: str, other: str | None, at: tuple[float, float], **columns: Any
) -> int:
    entry = {"poe_type": "land_border_point", "iso3": iso3, "other_iso3": other} | columns
    return await add_poe(database, code, *at, **entry)


async def crossings(client: httpx.AsyncClient, **query: str) -> dict[str, Document]:
    """The crossings by their id."""
    asked = {"from": "SRB", "to": "BGR", "datetime": "2020-04-15"} | query
    return {each["id"]: each["properties"] for each in (await get_json(client, "/crossings", **asked))["features"]}


async def test_leaving_needs_an_exit_and_an_entry(
    client: httpx.AsyncClient, shipped: AsyncConnection, gradina: int, kalotina: int
) -> None:
    await record_status(shipped, gradina, "closed_for_entry", "04-01")
    await record_status(shipped, kalotina, "open", "04-01")
    out = (await crossings(client))["RS-GRA~BG-KAL"]
    assert (out["passable"], out["exit"]["passable"], out["entry"]["passable"]) == ("yes", "yes", "yes")
    back = (await crossings(client, **{"from": "BGR", "to": "SRB"}))["BG-KAL~RS-GRA"]
    assert (back["passable"], back["exit"]["passable"], back["entry"]["passable"]) == ("no", "yes", "no")


@pytest.mark.parametrize(
    ("leaving", "arriving", "expected"),
    [
        ("open", "open", "yes"),
        ("open", None, "not_assessed"),
        (None, "open", "not_assessed"),
        (None, "closed", "no"),
        ("closed", None, "no"),
        (None, None, "not_assessed"),
        ("open", "unknown", "unknown"),
        ("unknown", None, "not_assessed"),
        ("open", "partially_operational", "conditional"),
        ("unknown", "closed", "no"),
    ],
)
async def test_unassessed_side_is_never_open(
    client: httpx.AsyncClient,
    shipped: AsyncConnection,
    gradina: int,
    kalotina: int,
    leaving: str | None,
    arriving: str | None,
    expected: str,
) -> None:
    for point, status in ((gradina, leaving), (kalotina, arriving)):
        if status:
            await record_status(shipped, point, status, "04-01")
    assert (await crossings(client))["RS-GRA~BG-KAL"]["passable"] == expected


async def test_population_passes_by_the_measures_of_each_side(
    client: httpx.AsyncClient, shipped: AsyncConnection, gradina: int, kalotina: int
) -> None:
    await record_status(shipped, gradina, "open", "04-01")
    measures = (
        build_measure(direction="entry"),
        build_exception("returning_migrants"),
        build_measure("medical_requirements", direction="entry"),
    )
    await record_status(shipped, kalotina, "partially_operational", "04-01", measures=measures)
    returning = (await crossings(client, population="returnees"))["RS-GRA~BG-KAL"]
    assert (returning["passable"], returning["conditions"]) == ("conditional", ["medical_requirements"])
    assert (await crossings(client, population="tourists"))["RS-GRA~BG-KAL"]["passable"] == "no"
    assert len(returning["entry"]["measures"]) == 3


@pytest.mark.usefixtures("kalotina")
async def test_each_side_includes_start_source_and_last_assessment(
    client: httpx.AsyncClient, shipped: AsyncConnection, gradina: int
) -> None:
    await record_status(
        shipped, gradina, "closed", "04-01", comment="By decree", confidence="confirmed", announced_end=None
    )
    leaving = (await crossings(client))["RS-GRA~BG-KAL"]["exit"]
    told = {name: leaving[name] for name in ("code", "country", "since", "confidence", "comment", "operational_status")}
    assert told == {
        "code": "RS-GRA",
        "country": "SRB",
        "since": "2020-04-01",
        "confidence": "confirmed",
        "comment": "By decree",
        "operational_status": "closed",
    }


@pytest.mark.usefixtures("kalotina")
async def test_passed_announced_end_without_update_is_reported_and_not_open(
    client: httpx.AsyncClient, shipped: AsyncConnection, gradina: int
) -> None:
    await record_status(shipped, gradina, "closed", "04-01", announced_end=dt.date(2020, 4, 10))
    leaving = (await crossings(client))["RS-GRA~BG-KAL"]["exit"]
    assert (leaving["passable"], leaving["announced_end_passed"]) == ("no", True)


async def test_level_of_the_country_stands_beside_the_posts(
    client: httpx.AsyncClient, shipped: AsyncConnection, gradina: int, kalotina: int
) -> None:
    for point in (gradina, kalotina):
        await record_status(shipped, point, "open", "04-01")
    document = await get_json(client, "/crossings", **{"from": "SRB", "to": "BGR", "datetime": "2020-04-15"})
    assert document["country_measure"]["country"] == "BGR"
    assert document["country_measure"]["level"] >= 3
    assert document["passable"]["yes"] == 1


@pytest.mark.usefixtures("kalotina")
async def test_posts_are_paired_by_the_link_of_the_register_before_their_place(
    client: httpx.AsyncClient, shipped: AsyncConnection, gradina: int
) -> None:
    far = (22.5, 43.5)
    await add_side(shipped, "BG-VRA", "BGR", None, far, counterpart_id=gradina)
    told = await crossings(client)
    assert told["RS-GRA~BG-VRA"]["pairing"] == "counterpart"
    assert told["RS-GRA~BG-VRA"]["distance_m"] > 50_000
    assert told["BG-KAL"]["pairing"] == "one_sided"


@pytest.mark.usefixtures("gradina", "kalotina")
async def test_posts_are_paired_by_place_with_their_distance(client: httpx.AsyncClient) -> None:
    told = (await crossings(client))["RS-GRA~BG-KAL"]
    assert told["pairing"] == "nearest"
    assert 3_300 < told["distance_m"] < 3_500


@pytest.mark.usefixtures("gradina")
@pytest.mark.parametrize(
    ("at", "columns"),
    [
        ((23.0, 43.3), {}),  # 35 km away
        (KALOTINA, {"poe_type": "blue_border_point"}),
        (KALOTINA, {"other_iso3": "MKD"}),
    ],
)
async def test_ambiguous_posts_stay_unpaired(
    client: httpx.AsyncClient, shipped: AsyncConnection, at: tuple[float, float], columns: dict[str, Any]
) -> None:
    await add_side(shipped, "BG-OTH", "BGR", "SRB", at, **columns)
    told = await crossings(client)
    assert told["RS-GRA"]["pairing"] == "one_sided"
    assert told["RS-GRA"]["entry"] == {
        "code": None,
        "name": None,
        "country": "BGR",
        "passable": "not_assessed",
        "last_known": None,
        "conditions": None,
    }


@pytest.mark.usefixtures("gradina", "kalotina")
async def test_post_between_two_goes_with_the_nearer_one(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await add_side(shipped, "BG-NER", "BGR", None, (22.83, 43.005))
    told = await crossings(client)
    assert {name for name in told if not name.startswith(SHIPPED)} == {"RS-GRA~BG-NER", "BG-KAL"}


async def test_crossing_takes_as_known_at(
    client: httpx.AsyncClient, shipped: AsyncConnection, gradina: int, kalotina: int
) -> None:
    await record_status(shipped, gradina, "open", "04-01")
    _, then = await record_status(shipped, kalotina, "open", "04-01")
    await record_status(shipped, kalotina, "closed", "04-01")
    assert (await crossings(client))["RS-GRA~BG-KAL"]["passable"] == "no"
    assert (await crossings(client, as_known_at=then.isoformat()))["RS-GRA~BG-KAL"]["passable"] == "yes"


async def test_nationals_of_both_sides_are_two(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/crossings", **{"from": "SRB", "to": "BGR", "population": "nationals"})
    assert "those of SRB for exit and those of BGR for entry" in document["notes"][0]


async def test_countries_without_a_crossing_have_a_message(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/crossings", **{"from": "OMN", "to": "SAU"})
    assert (document["features"], document["share_a_land_border"]) == ([], True)
    assert "no crossing between the two" in document["notes"][0]
    islands = await get_json(client, "/crossings", **{"from": "FJI", "to": "NZL"})
    assert (islands["features"], islands["share_a_land_border"]) == ([], False)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"from": "SRB"}, "to"),
        ({"to": "SRB"}, "from"),
        ({"from": "SRB", "to": "SRB"}, "to"),
        ({"from": "SRB", "to": "XXX"}, "to"),
        ({"from": "S", "to": "BGR"}, "from"),
        ({"from": "SRB", "to": "BGR", "population": "martians"}, "population"),
        ({"from": "SRB", "to": "BGR", "nationality": "ZZZ"}, "nationality"),
        ({"from": "SRB", "to": "BGR", "datetime": "2020-01-01/2020-02-01"}, "datetime"),
        ({"from": "SRB", "to": "BGR", "who": "me"}, "who"),
    ],
)
async def test_invalid_parameter_is_named(client: httpx.AsyncClient, query: dict[str, str], parameter: str) -> None:
    response = await client.get("/crossings", params=query)
    assert response.status_code == 400
    assert parameter in {error["parameter"] for error in response.json()["errors"]}


async def test_reverse_direction_link_carries_both_clocks(client: httpx.AsyncClient) -> None:
    query = {"from": "SRB", "to": "BGR", "population": "nationals", "datetime": "2020-04-15"}
    address = find_link(await get_json(client, "/crossings", **query), "related") or ""
    asked = dict(httpx.URL(address).params)
    turned = query | {"from": "BGR", "to": "SRB"}
    assert {name: asked[name] for name in query} == turned
    assert "as_known_at" in asked


async def test_crossings_have_a_page(client: httpx.AsyncClient, shipped: AsyncConnection, gradina: int) -> None:
    await record_status(
        shipped, gradina, "partially_operational", "04-01", measures=(build_measure("mandatory_quarantine"),)
    )
    query = {"from": "SRB", "to": "BGR", "datetime": "2020-04-15", "f": "html"}
    page = await client.get("/crossings", params=query)
    assert page.status_code == 200
    assert "Crossings from Serbia to Bulgaria" in page.text
    assert "mandatory quarantine" in page.text
    assert "No post in the register" in page.text


@pytest.mark.usefixtures("gradina", "kalotina")
async def test_crossings_are_geojson(client: httpx.AsyncClient) -> None:
    response = await client.get("/crossings", params={"from": "SRB", "to": "BGR"})
    assert response.headers["content-type"] == "application/geo+json"
    (feature,) = (each for each in response.json()["features"] if each["id"] == "RS-GRA~BG-KAL")
    assert feature["geometry"] == {"type": "MultiPoint", "coordinates": [list(GRADINA), list(KALOTINA)]}

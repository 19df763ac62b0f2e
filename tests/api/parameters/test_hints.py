"""Messages name what may have been meant: a point by its city, a country by other codes."""

import httpx
import pytest
from helpers.http import Document
from helpers.offices import create_office, sign_in
from helpers.shipped.register import read_shipped_register
from sqlalchemy.ext.asyncio import AsyncConnection

from api.parameters.country_hints import format_country_hint
from api.parameters.likely_names import suggest_names

NAMES = ["belgrade nikola tesla airport", "belgrade", "port of blaye", "aberdeen", "nis constantine the great airport"]


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("belgrade", "belgrade"),
        ("nikola tesla", "belgrade nikola tesla airport"),
        ("constantine the great", "nis constantine the great airport"),
        ("tesla nikola", "belgrade nikola tesla airport"),
        ("abberdeen", "aberdeen"),
        ("the port of blaye in france", "port of blaye"),
    ],
)
def test_likely_name_has_the_words_or_nearly_the_spelling(wanted: str, first: str) -> None:
    assert suggest_names(wanted, NAMES, 3)[0] == first


def test_likely_name_is_none_where_nothing_is_alike() -> None:
    assert suggest_names("zzzz", NAMES, 3) == []


def code_of(name: str) -> str:
    return next(row["poe_id"] for row in read_shipped_register() if row["name"] == name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Belgrade", "Belgrade Nikola Tesla Airport"),
        ("Niš", "Niš Constantine the Great Airport"),
        ("Nis", "Niš Constantine the Great Airport"),
        ("Nikola Tesla", "Belgrade Nikola Tesla Airport"),
        ("Aéroport de Belgrade", "Belgrade Nikola Tesla Airport"),
    ],
)
async def test_unknown_point_hints_at_its_city_and_words(
    client: httpx.AsyncClient, shipped: AsyncConnection, written: str, meant: str
) -> None:
    countries = ["SRB", "GBR", "DEU", "FRA"]
    headers = await sign_in(shipped, await create_office(shipped, "wide", countries=countries))
    row = {"point": written, "assessed_on": "2020-07-15", "operational_status": "closed"}
    response = await client.post("/submissions?dry_run=true", json=[row], headers=headers)
    (problem,) = response.json()["rows"][0]["problems"]
    assert problem["code"] == "unknown_point"
    assert code_of(meant) in problem["candidates"]


@pytest.mark.parametrize("written", ["NL HRB", "nl hrb", "NLHRB"])
async def test_point_is_known_by_its_unlocode_as_it_is_printed(
    client: httpx.AsyncClient, shipped: AsyncConnection, written: str
) -> None:
    headers = await sign_in(shipped, await create_office(shipped, "wide", countries=["NLD"]))
    row = {"point": written, "assessed_on": "2020-07-15", "operational_status": "closed"}
    response = await client.post("/submissions?dry_run=true", json=[row], headers=headers)
    assert response.status_code == 200, response.text


async def test_new_point_takes_a_printed_unlocode(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await sign_in(shipped)
    new = {"action": "new_point", "name": "Most", "poe_type": "airport", "country": "SRB", "unlocode": "RS QQQ"}
    place = {"longitude": 20.5, "latitude": 44.8}
    response = await client.post("/submissions?dry_run=true", json=[new | place], headers=headers)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *((code, "XKX") for code in ("KOS", "RKS", "OWID_KOS", "xk", "Kosovo")),
        *((code, "SRB") for code in ("RS", "Serbia", "Serbie", "صربيا")),
        *(("UK", "GBR"), ("EL", "GRC"), ("ROM", "ROU")),
    ],
)
def test_country_is_hinted_at_by_other_codes_and_names(said: str, meant: str) -> None:
    assert format_country_hint(said) == f"; did you mean {meant}?"


def test_country_that_nothing_calls_so_has_no_hint() -> None:
    assert format_country_hint("XYZ") == ""


@pytest.mark.parametrize(("said", "meant"), [("RS", "SRB"), ("KOS", "XKX")])
async def test_query_for_an_unknown_country_hints_at_one(client: httpx.AsyncClient, said: str, meant: str) -> None:
    response = await client.get("/collections/points-of-entry/items", params={"country": said})
    assert (response.status_code, f"did you mean {meant}?" in response.json()["detail"]) == (400, True)


@pytest.mark.parametrize(("iata", "country"), [("MHQ", "ALA"), ("LYR", "SJM")])
def test_airport_stands_where_the_ports_of_its_place_do(iata: str, country: str) -> None:
    (airport,) = [row for row in read_shipped_register() if row["iata"] == iata]
    ports = {row["country_iso3"] for row in read_shipped_register() if row["poe_type"] == "blue_border_point"}
    assert (airport["country_iso3"], country in ports) == (country, True)


def basel_mulhouse() -> str:
    return next(row["poe_id"] for row in read_shipped_register() if row["iata"] == "BSL")


async def trial(client: httpx.AsyncClient, shipped: AsyncConnection, point: str, **more: object) -> Document:
    """Return the first row of the answer to a trial by an office of both sides of the Rhine."""
    headers = await sign_in(shipped, await create_office(shipped, "rhine", countries=["FRA", "CHE", "DEU"]))
    row = {"point": point, "assessed_on": "2020-07-15", "operational_status": "closed", **more}
    response = await client.post("/submissions?dry_run=true", json=[row], headers=headers)
    first: Document = response.json()["rows"][0]
    return first


@pytest.mark.parametrize("other_code", ["MLH", "EAP"])
async def test_airport_of_three_codes_is_known_by_one_and_no_other_point_is_taken_for_it(
    client: httpx.AsyncClient, shipped: AsyncConnection, other_code: str
) -> None:
    """EuroAirport is BSL, MLH and EAP: a point has one IATA code."""
    assert not (await trial(client, shipped, "BSL")).get("problems")
    (problem,) = (await trial(client, shipped, other_code))["problems"]
    assert (problem["column"], problem["code"], problem["severity"]) == ("point", "unknown_point", "error")


@pytest.mark.parametrize("name", ["EuroAirport", "Basel Mulhouse", "EuroAirport Basel-Mulhouse-Freiburg"])
async def test_airport_of_three_codes_is_hinted_at_by_its_name(
    client: httpx.AsyncClient, shipped: AsyncConnection, name: str
) -> None:
    (problem,) = (await trial(client, shipped, name))["problems"]
    assert basel_mulhouse() in problem["candidates"]


@pytest.mark.parametrize("traffic", ["pedestrian", "bus", "trucks"])
async def test_traffic_of_another_list_is_refused_with_the_codes_there_are(
    client: httpx.AsyncClient, shipped: AsyncConnection, traffic: str
) -> None:
    measures = [{"measure": "movement_restricted", "traffic": traffic}]
    (problem,) = (await trial(client, shipped, "BSL", measures=measures))["problems"]
    assert problem["severity"] == "error"
    assert "traffic" in problem["column"]
    assert all(code in problem["message"] for code in ("passenger", "cargo", "all"))

"""What answers refer to: codes, regions and sources."""

import httpx
import pytest
from helpers.factories import day
from helpers.http import COUNTRIES, POINTS, count_matched, get_json, get_properties
from helpers.shipped.register import read_shipped_countries, read_shipped_register
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from models.codes import CODE_LISTS, list_codes
from models.tables.country import Region, RegionMember


async def test_every_code_list_is_there_with_every_code(client: httpx.AsyncClient) -> None:
    listed = (await get_json(client, "/codes"))["code_lists"]
    told = {code_list["name"]: tuple(item["code"] for item in code_list["items"]) for code_list in listed}
    assert told == {name: list_codes(name) for name in CODE_LISTS}


async def test_every_code_has_a_label_in_four_languages_and_a_definition(client: httpx.AsyncClient) -> None:
    for code_list in (await get_json(client, "/codes"))["code_lists"]:
        for item in code_list["items"]:
            assert set(item["labels"]) == {"en", "fr", "es", "ar"}, item
            assert all(item["labels"].values())
            assert item["definition"]


async def test_code_list_can_be_requested_alone(client: httpx.AsyncClient) -> None:
    (code_list,) = (await get_json(client, "/codes/operational_status"))["code_lists"]
    groups = {item["code"]: item["group"] for item in code_list["items"]}
    assert groups["closed_for_entry"] == "partially_operational"
    assert set(groups.values()) <= set(list_codes("status_group"))


async def test_code_list_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.get("/codes/colours")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert "'colours'" in response.json()["detail"]
    assert "poe_type" in response.json()["detail"]


async def test_every_code_in_an_answer_is_in_its_list(client: httpx.AsyncClient) -> None:
    for said in (await get_properties(client, POINTS, region="AP")).values():
        for name in ("poe_type", "operational_status", "status_group", "official_status", "lifecycle"):
            assert said[name] in list_codes(name)


async def test_regions_have_the_countries_of_the_shipped_list(client: httpx.AsyncClient) -> None:
    regions = {region["code"]: region for region in (await get_json(client, "/regions"))["regions"]}
    for code in ("SEEECA", "EEA", "AP"):
        expected = sorted(row["iso3"] for row in read_shipped_countries() if row["iom_region_code"] == code)
        assert (regions[code]["kind"], regions[code]["countries"]) == ("iom", expected)
    africa = sorted(row["iso3"] for row in read_shipped_countries() if row["m49_region_code"] == "002")
    assert (regions["002"]["kind"], regions["002"]["label"], regions["002"]["countries"]) == ("m49", "Africa", africa)


async def test_there_are_nine_regions_of_iom_with_their_offices(client: httpx.AsyncClient) -> None:
    regions = (await get_json(client, "/regions"))["regions"]
    offices = {region["code"]: region["office"] for region in regions if region["kind"] == "iom"}
    assert len(offices) == 9
    assert all(offices.values())


async def test_region_has_the_labels_under_which_it_was_published_before(client: httpx.AsyncClient) -> None:
    regions = {region["code"]: region for region in (await get_json(client, "/regions"))["regions"]}
    assert "East and Horn of Africa" in regions["EHA"]["aliases"]


async def test_every_listed_region_can_be_requested(client: httpx.AsyncClient) -> None:
    for region in (await get_json(client, "/regions"))["regions"]:
        assert await count_matched(client, COUNTRIES, region=region["code"]) == len(region["countries"]) > 0


async def test_region_has_the_countries_of_the_day(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await shipped.execute(insert(Region).values(code="PACT", kind="custom", label="A pact"))
    membership = Range(day("2020-03-01"), day("2020-04-01"))
    await shipped.execute(insert(RegionMember).values(region_code="PACT", iso3="SRB", valid_during=membership))
    members = [await members_of_the_pact(client, on) for on in ("2020-02-29", "2020-03-31", "2020-04-01")]
    assert members == [[], ["SRB"], []]


async def members_of_the_pact(client: httpx.AsyncClient, on: str) -> list[str]:
    document = await get_json(client, "/regions", datetime=on)
    assert document["datetime"] == on
    return next(region["countries"] for region in document["regions"] if region["code"] == "PACT")


async def test_every_source_of_the_register_is_named_with_its_licence(client: httpx.AsyncClient) -> None:
    document = await get_json(client, "/sources")
    told = {source["name"]: source["licence"] for source in document["sources"]}
    assert {row["source"] for row in read_shipped_register()} <= {name_in_register(name) for name in told}
    assert all(told.values())
    assert "do not imply official endorsement" in document["notice"]


def name_in_register(name: str) -> str:
    return {"World Port Index": "World Port Index (NGA Pub. 150)"}.get(name, name)


@pytest.mark.parametrize("path", ["/codes", "/codes/poe_type", "/regions", "/sources"])
async def test_referenced_documents_are_pages_too(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path, params={"f": "html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")

"""The restrictions: one feature for every record."""

import httpx
from helpers.factories import add_poe, record_status
from helpers.http import RESTRICTIONS, get_all_features, get_properties
from helpers.shipped.register import fetch_point_id
from sqlalchemy.ext.asyncio import AsyncConnection

TIRANA = "OA-3972"


async def test_every_record_of_a_point_is_a_restriction_of_its_own(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    tirana = await fetch_point_id(shipped, TIRANA)
    await record_status(shipped, tirana, "closed", "03-01")
    await record_status(shipped, tirana, "open", "03-08", "03-15")
    found = await get_properties(client, RESTRICTIONS)
    spans = {(it["code"], it["operational_status"], it["valid_from"], it["valid_to"]) for it in found.values()}
    assert spans == {
        (TIRANA, "closed", "2020-03-01", "2020-03-08"),
        (TIRANA, "open", "2020-03-08", "2020-03-15"),
        (TIRANA, "closed", "2020-03-15", None),
    }


async def test_restriction_stands_where_its_point_stood_when_it_began(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await record_status(shipped, await add_poe(shipped, "XX-A", 12.5, -7.25), "closed", "03-01")
    (feature,) = await get_all_features(client, RESTRICTIONS)
    assert feature["geometry"] == {"type": "Point", "coordinates": [12.5, -7.25]}

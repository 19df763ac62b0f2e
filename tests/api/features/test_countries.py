"""The countries: their shapes, measures and points counted by status."""

from collections import Counter
from itertools import pairwise

import httpx
from helpers.factories import add_poe, record_status
from helpers.http import COUNTRIES, get_all_features, get_json, get_properties
from helpers.shipped.register import fetch_point_id, read_shipped_countries, read_shipped_register, select_codes
from sqlalchemy.ext.asyncio import AsyncConnection


async def test_countries_count_their_points_of_entry_by_status(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    fiji = sorted(select_codes(country_iso3="FJI"))
    statuses = ["open", "closed", "closed", "closed_for_exit", "unknown"]
    for code, status in zip(fiji, statuses, strict=False):
        await record_status(shipped, await fetch_point_id(shipped, code), status, "03-01")
    await add_poe(shipped, "XX-IN", poe_type="internal_transit_point")
    counted = (await get_json(client, f"{COUNTRIES}/FJI", datetime="2020-04-15"))["properties"]
    expected = {"fully_operational": 1, "fully_closed": 2, "partially_operational": 1, "unknown": 1}
    expected |= {"not_assessed": len(fiji) - 5, "poe_count": len(fiji)}
    assert {name: counted[name] for name in expected} == expected


async def test_countries_count_every_point_of_entry_once(client: httpx.AsyncClient) -> None:
    found = await get_properties(client, COUNTRIES, region="SEEECA")
    expected = Counter(
        row["country_iso3"] for row in read_shipped_register() if row["poe_type"] != "internal_transit_point"
    )
    assert {iso3: it["poe_count"] for iso3, it in found.items()} == {iso3: expected[iso3] for iso3 in found}
    assert all(it["not_assessed"] == it["poe_count"] for it in found.values())


async def test_countries_carry_the_measures_of_the_day(client: httpx.AsyncClient) -> None:
    serbia = (await get_json(client, f"{COUNTRIES}/SRB", datetime="2020-04-15"))["properties"]
    assert (serbia["international_travel"], serbia["internal_movement"], serbia["public_transport"]) == (4, 2, 2)


async def test_countries_carry_their_names(client: httpx.AsyncClient) -> None:
    found = await get_properties(client, COUNTRIES, country="NAM,KEN")
    names = ("iso2", "name", "name_fr", "name_es", "name_ar")
    assert {iso3: tuple(it[name] for name in names) for iso3, it in found.items()} == {
        row["iso3"]: (row["iso2"], row["name_un_en"], row["name_un_fr"], row["name_un_es"], row["name_un_ar"])
        for row in read_shipped_countries()
        if row["iso3"] in {"NAM", "KEN"}
    }


async def test_no_side_of_a_countrys_shape_crosses_the_antimeridian(client: httpx.AsyncClient) -> None:
    for feature in await get_all_features(client, COUNTRIES, country="FJI,RUS,NZL,USA,KIR,ATA"):
        rings = [ring for polygon in feature["geometry"]["coordinates"] for ring in polygon]
        steps = [abs(one[0] - next_[0]) for ring in rings for one, next_ in pairwise(ring)]
        # The pole is a line in degrees: along it Antarctica's shape runs from one side to the other.
        assert feature["id"] == "ATA" or max(steps) < 180
        assert all(-180 <= longitude <= 180 for ring in rings for longitude, _ in ring)


async def test_fijis_shape_lies_on_both_sides_of_the_antimeridian(client: httpx.AsyncClient) -> None:
    (fiji,) = await get_all_features(client, COUNTRIES, country="FJI")
    sides = {polygon[0][0][0] > 0 for polygon in fiji["geometry"]["coordinates"]}
    assert (fiji["geometry"]["type"], sides) == ("MultiPolygon", {True, False})


async def test_outer_rings_run_counterclockwise_and_holes_clockwise(client: httpx.AsyncClient) -> None:
    """RFC 7946, 3.1.6: the right-hand rule."""
    wrong = {
        feature["id"]
        for feature in await get_all_features(client, COUNTRIES)
        for polygon in feature["geometry"]["coordinates"]
        for place, ring in enumerate(polygon)
        if (doubled_area(ring) > 0) != (place == 0)
    }
    assert wrong == set()


def doubled_area(ring: list[list[float]]) -> float:
    """Positive where the ring runs counterclockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))

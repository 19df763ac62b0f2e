"""The points of entry: each with its entry in the register and what held there on the day."""

from collections import Counter

import httpx
import pytest
from helpers.factories import add_poe, day, fetch_source_id, record_status
from helpers.http import POINTS, RESTRICTIONS, count_matched, get_json, get_properties
from helpers.shipped.register import fetch_point_id, read_shipped_register, select_codes
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.codes import list_codes
from models.recording.restrictions import MeasureRow
from models.tables.assessment import Assessment

pytestmark = pytest.mark.smoke

TIRANA = "OA-3972"


async def test_serbias_points_carry_its_closed_border_of_april_2020(client: httpx.AsyncClient) -> None:
    serbia = await get_properties(client, POINTS, country="SRB", datetime="2020-04-15")
    assert set(serbia) == select_codes(country_iso3="SRB")
    assert {(it["international_travel"], it["internal_movement"]) for it in serbia.values()} == {(4, 2)}


async def test_serbias_points_carry_other_levels_in_september_2021(client: httpx.AsyncClient) -> None:
    serbia = await get_properties(client, POINTS, country="SRB", datetime="2021-09-01")
    assert set(serbia) == select_codes(country_iso3="SRB")
    assert {(it["international_travel"], it["internal_movement"]) for it in serbia.values()} == {(1, 0)}


async def test_feature_carries_its_entry_in_the_register(client: httpx.AsyncClient) -> None:
    for row in read_shipped_register()[:1000:100]:
        feature = await get_json(client, f"{POINTS}/{row['poe_id']}")
        said = feature["properties"]
        assert feature["geometry"]["coordinates"] == pytest.approx([float(row["lon"]), float(row["lat"])])
        assert (said["name"], said["poe_type"], said["country"]) == (row["name"], row["poe_type"], row["country_iso3"])
        assert (said["iata"] or "", said["unlocode"] or "", said["licence"]) == (
            row["iata"],
            row["locode"],
            row["licence"],
        )


async def test_feature_has_equal_properties_when_selected_by_name(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await record_status(
        shipped, await fetch_point_id(shipped, TIRANA), "closed", "03-01", comment='The "bridge"\nis down'
    )
    asked = {"country": "ALB,SRB", "datetime": "2020-04-15", "limit": 500}
    whole = await get_properties(client, POINTS, **asked)
    by_name = await get_properties(client, POINTS, **asked, properties=",".join(whole[TIRANA]))
    assert whole == by_name
    assert whole[TIRANA]["comment"] == 'The "bridge"\nis down'


@pytest.mark.parametrize(("beyond", "found"), [(0, 1), (1e-9, 0)])
async def test_point_on_the_edge_of_a_box_is_in_it_and_one_a_hair_beyond_is_not(
    client: httpx.AsyncClient, beyond: float, found: int
) -> None:
    row = next(row for row in read_shipped_register() if row["poe_id"] == TIRANA)
    west, south = float(row["lon"]), float(row["lat"])
    for box in ((west + beyond, south, west + 1e-8, south), (west, south + beyond, west, south + 1e-8)):
        asked = ",".join(f"{degrees:.12f}" for degrees in box)
        assert await count_matched(client, POINTS, bbox=asked, name=row["name"]) == found


async def test_counts_by_type_of_the_world_are_those_of_the_register(client: httpx.AsyncClient) -> None:
    counted = {code: await count_matched(client, POINTS, poe_type=code) for code in list_codes("poe_type")}
    assert counted == Counter(row["poe_type"] for row in read_shipped_register())
    assert sum(counted.values()) == await count_matched(client, POINTS) == len(read_shipped_register())


async def test_unassessed_point_has_no_other_status_property(client: httpx.AsyncClient) -> None:
    said = (await get_json(client, f"{POINTS}/{TIRANA}", datetime="2020-04-15"))["properties"]
    assert (said["assessed"], said["operational_status"], said["status_group"]) == (False, "unknown", "unknown")
    of_an_assessment = (
        *("measures", "affected_populations", "expected_duration", "announced_end", "announced_end_passed"),
        *("valid_from", "valid_to", "confidence", "restriction_source", "comment", "last_assessed"),
    )
    assert {name: said[name] for name in of_an_assessment} == dict.fromkeys(of_an_assessment)


async def test_assessed_point_has_all_recorded_properties(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    tirana = await fetch_point_id(shipped, TIRANA)
    measures = [
        MeasureRow("movement_restricted", direction="entry", affected_populations=("tourists",)),
        MeasureRow("mandatory_quarantine", affected_populations=("nationals",)),
    ]
    await record_status(
        shipped,
        tirana,
        "closed_for_entry",
        "03-01",
        "07-01",
        measures=measures,
        announced_end=day("04-01"),
        confidence="confirmed",
        comment="By decree",
    )
    source = (await get_json(client, "/sources"))["sources"]
    said = (await get_json(client, f"{POINTS}/{TIRANA}", datetime="2020-04-15"))["properties"]
    expected = {
        "assessed": True,
        "operational_status": "closed_for_entry",
        "status_group": "partially_operational",
        "measures": ["mandatory_quarantine", "movement_restricted"],
        "affected_populations": ["nationals", "tourists"],
        "announced_end": "2020-04-01",
        "announced_end_passed": True,
        "valid_from": "2020-03-01",
        "valid_to": "2020-07-01",
        "confidence": "confirmed",
        "restriction_source": next(it["name"] for it in source if it["code"] == "register"),
        "comment": "By decree",
    }
    assert {name: said[name] for name in expected} == expected


async def test_announced_end_has_not_passed_before_the_day_after_it(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await record_status(shipped, await fetch_point_id(shipped, TIRANA), "closed", "03-01", announced_end=day("04-01"))
    passed = [
        (await get_json(client, f"{POINTS}/{TIRANA}", datetime=on))["properties"]["announced_end_passed"]
        for on in ("2020-03-15", "2020-04-01", "2020-04-02")
    ]
    assert passed == [False, False, True]


async def test_point_has_its_last_assessment(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    tirana = await fetch_point_id(shipped, TIRANA)
    _, moment = await record_status(shipped, tirana, "closed", "03-01")
    for assessed_on in ("03-02", "03-09", "03-16"):
        row = {"point_of_entry_id": tirana, "assessed_on": day(assessed_on), "recorded_at": moment}
        await shipped.execute(insert(Assessment).values(**row, source_id=await fetch_source_id(shipped)))
    said = (await get_json(client, f"{POINTS}/{TIRANA}", datetime="2020-03-10"))["properties"]
    assert said["last_assessed"] == "2020-03-09"


async def test_point_that_was_retired_is_no_longer_listed_and_still_answers(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    await add_poe(shipped, "XX-OLD", lifecycle="retired")
    assert "XX-OLD" not in await get_properties(client, POINTS, country="FJI")
    assert (await get_json(client, f"{POINTS}/XX-OLD"))["properties"]["lifecycle"] == "retired"


async def test_proposed_point_is_not_shown(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await record_status(shipped, await add_poe(shipped, "XX-NEW", lifecycle="proposed"), "open", "03-01")
    assert "XX-NEW" not in await get_properties(client, POINTS, country="FJI")
    assert await count_matched(client, RESTRICTIONS) == 0
    for path in (f"{POINTS}/XX-NEW", "/points-of-entry/XX-NEW/history"):
        assert (await client.get(path)).status_code == 404

"""What the collections can be asked by: countries, regions, types, boxes, statuses."""

import httpx
import pytest
from helpers.factories import add_poe, day, record_status
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, count_matched, get_all_features, get_json, get_properties
from helpers.shipped.register import (
    fetch_point_id,
    read_shipped_countries,
    read_shipped_register,
    select_codes,
    select_codes_within,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from models.codes import list_codes
from models.tables.country import Region, RegionMember

TIRANA = "OA-3972"
FIJI_BOX = "170,-25,-170,-10"
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


async def test_several_countries_are_separated_by_commas_or_repeated(client: httpx.AsyncClient) -> None:
    both = select_codes(country_iso3="SRB") | select_codes(country_iso3="NAM")
    assert set(await get_properties(client, POINTS, country="SRB,NAM")) == both
    assert (await get_json(client, f"{POINTS}?country=SRB&country=NAM"))["numberMatched"] == len(both)


async def test_country_codes_may_be_lower_case(client: httpx.AsyncClient) -> None:
    assert set(await get_properties(client, POINTS, country="nam")) == select_codes(country_iso3="NAM")


async def test_several_types_are_any_of_them(client: httpx.AsyncClient) -> None:
    ports = await count_matched(client, POINTS, poe_type="blue_border_point")
    crossings = await count_matched(client, POINTS, poe_type="land_border_point")
    assert await count_matched(client, POINTS, poe_type="blue_border_point,land_border_point") == ports + crossings


class TestRegions:
    async def test_region_of_iom_gives_the_points_of_its_countries_only(self, client: httpx.AsyncClient) -> None:
        members = {row["iso3"] for row in read_shipped_countries() if row["iom_region_code"] == "SEEECA"}
        found = await get_properties(client, POINTS, region="SEEECA")
        assert set(found) == {row["poe_id"] for row in read_shipped_register() if row["country_iso3"] in members}
        assert {it["country"] for it in found.values()} <= members

    async def test_two_regions_have_as_many_points_as_each_has(self, client: httpx.AsyncClient) -> None:
        each = [await count_matched(client, POINTS, region=region) for region in ("SEEECA", "EEA")]
        assert min(each) > 0
        assert await count_matched(client, POINTS, region="SEEECA,EEA") == sum(each)

    async def test_all_regions_of_iom_have_the_points_of_their_countries(self, client: httpx.AsyncClient) -> None:
        regions = sorted({row["iom_region_code"] for row in read_shipped_countries()} - {""})
        outside = {row["iso3"] for row in read_shipped_countries() if not row["iom_region_code"]}
        expected = [row for row in read_shipped_register() if row["country_iso3"] not in outside]
        assert await count_matched(client, POINTS, region=",".join(regions)) == len(expected)

    async def test_region_of_m49_gives_the_points_of_its_countries(self, client: httpx.AsyncClient) -> None:
        members = {row["iso3"] for row in read_shipped_countries() if row["m49_region_code"] == "002"}
        expected = [row for row in read_shipped_register() if row["country_iso3"] in members]
        assert await count_matched(client, POINTS, region="002") == len(expected)

    async def test_country_and_region_combine(self, client: httpx.AsyncClient) -> None:
        assert await count_matched(client, POINTS, region="SEEECA", country="SRB,FJI") == len(
            select_codes(country_iso3="SRB")
        )

    async def test_region_gives_its_countries(self, client: httpx.AsyncClient) -> None:
        members = {row["iso3"] for row in read_shipped_countries() if row["iom_region_code"] == "SEEECA"}
        assert set(await get_properties(client, COUNTRIES, region="SEEECA")) == members

    async def test_country_is_in_a_region_only_on_the_days_of_its_membership(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await shipped.execute(insert(Region).values(code="PACT", kind="custom", label="A pact"))
        membership = Range(day("2020-03-01"), day("2020-04-01"))
        await shipped.execute(insert(RegionMember).values(region_code="PACT", iso3="SRB", valid_during=membership))
        counted = [
            await count_matched(client, POINTS, region="PACT", datetime=on)
            for on in ("2020-02-29", "2020-03-01", "2020-03-31", "2020-04-01")
        ]
        assert counted == [0, 58, 58, 0]


class TestBoxes:
    async def test_box_across_the_antimeridian_gives_fijis_points_on_both_sides(
        self, client: httpx.AsyncClient
    ) -> None:
        found = await get_all_features(client, POINTS, bbox=FIJI_BOX)
        fiji = [feature for feature in found if feature["properties"]["country"] == "FJI"]
        assert {feature["id"] for feature in fiji} == select_codes(country_iso3="FJI")
        assert {feature["geometry"]["coordinates"][0] > 0 for feature in fiji} == {True, False}
        assert {feature["id"] for feature in found} == select_codes_within(170, -25, -170, -10)

    @FEW
    @given(
        st.tuples(st.integers(-180, 180), st.integers(-90, 90), st.integers(-180, 180), st.integers(-90, 90)).filter(
            lambda box: box[1] <= box[3]
        )
    )
    async def test_box_gives_the_points_that_stand_in_it(
        self, client: httpx.AsyncClient, box: tuple[int, int, int, int]
    ) -> None:
        assert set(await get_properties(client, POINTS, bbox=",".join(map(str, box)))) == select_codes_within(*box)

    async def test_box_of_the_world_gives_every_point(self, client: httpx.AsyncClient) -> None:
        assert await count_matched(client, POINTS, bbox="-180,-90,180,90") == len(read_shipped_register())

    async def test_heights_of_a_bbox_are_ignored(self, client: httpx.AsyncClient) -> None:
        west, south, east, north = FIJI_BOX.split(",")
        with_heights = f"{west},{south},-100,{east},{north},9000"
        assert await count_matched(client, POINTS, bbox=with_heights) == await count_matched(
            client, POINTS, bbox=FIJI_BOX
        )

    async def test_point_on_the_edge_of_a_box_is_in_it(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await add_poe(shipped, "XX-EDGE", 10, -50)
        for box in ("10,-50,11,-49", "9,-51,10,-50"):
            assert set(await get_properties(client, POINTS, bbox=box)) == {"XX-EDGE"}

    async def test_box_without_width_or_height_gives_the_points_on_it(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await add_poe(shipped, "XX-EDGE", 10, -50)
        boxes = ("10,-50,10,-50", "10,-51,10,-49", "9,-50,11,-50")
        assert [await count_matched(client, POINTS, bbox=box) for box in boxes] == [1, 1, 1]

    async def test_box_at_either_side_of_the_antimeridian_finds_a_country_that_lies_on_both(
        self, client: httpx.AsyncClient
    ) -> None:
        for box in ("177,-19,178,-17", "-179.9,-17,-179,-16", "179,-18,-179,-16"):
            assert "FJI" in await get_properties(client, COUNTRIES, bbox=box)

    async def test_box_narrows_restrictions(self, client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
        for number, code in enumerate(sorted(select_codes(country_iso3="FJI"))[:2]):
            await record_status(shipped, await fetch_point_id(shipped, code), "closed", f"03-0{number + 1}")
        await record_status(shipped, await fetch_point_id(shipped, TIRANA), "closed", "03-01")
        assert await count_matched(client, RESTRICTIONS, bbox=FIJI_BOX) == 2


class TestKeyLocationsOfInternalMobility:
    async def test_internal_transit_points_are_included_by_default(self, client: httpx.AsyncClient) -> None:
        found = await get_properties(client, POINTS, country="SWE")
        said = {code: it["is_poe"] for code, it in found.items()}
        expected = [row for row in read_shipped_register() if row["country_iso3"] == "SWE"]
        assert said == {row["poe_id"]: row["poe_type"] != "internal_transit_point" for row in expected}
        assert set(said.values()) == {True, False}

    async def test_internal_transit_points_can_be_excluded(self, client: httpx.AsyncClient) -> None:
        expected = [row for row in read_shipped_register() if row["poe_type"] != "internal_transit_point"]
        assert await count_matched(client, POINTS, is_poe="true") == len(expected)
        found = await get_properties(client, POINTS, is_poe="true", country="SWE")
        assert set(found) == {row["poe_id"] for row in expected if row["country_iso3"] == "SWE"}

    async def test_internal_transit_points_can_be_selected_alone(self, client: httpx.AsyncClient) -> None:
        assert set(await get_properties(client, POINTS, is_poe="false")) == select_codes(
            poe_type="internal_transit_point"
        )

    async def test_their_restrictions_can_be_excluded(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await record_status(
            shipped, await add_poe(shipped, "XX-IN", poe_type="internal_transit_point"), "closed", "03-01"
        )
        await record_status(shipped, await add_poe(shipped, "XX-POE"), "closed", "03-01")
        counted = [await count_matched(client, RESTRICTIONS, is_poe=which) for which in ("true", "false")]
        assert (counted, await count_matched(client, RESTRICTIONS)) == ([1, 1], 2)


class TestStatus:
    @pytest.fixture(autouse=True)
    async def armenia(self, shipped: AsyncConnection) -> list[str]:
        """Of Armenia's three points one is closed, of one the status is not known, one nobody looked at."""
        closed, unknown, unassessed = sorted(select_codes(country_iso3="ARM"))
        await record_status(shipped, await fetch_point_id(shipped, closed), "closed", "03-01")
        await record_status(shipped, await fetch_point_id(shipped, unknown), "unknown", "03-01")
        return [closed, unknown, unassessed]

    async def test_group_gives_the_points_of_its_statuses(self, client: httpx.AsyncClient, armenia: list[str]) -> None:
        found = await get_properties(client, POINTS, status_group="fully_closed", datetime="2020-04-15")
        assert set(found) == {armenia[0]}
        assert await count_matched(client, POINTS, status_group="fully_closed", datetime="2020-02-29") == 0

    async def test_status_gives_the_points_that_have_it(self, client: httpx.AsyncClient, armenia: list[str]) -> None:
        asked = {"datetime": "2020-04-15", "country": "ARM"}
        assert set(await get_properties(client, POINTS, operational_status="closed", **asked)) == {armenia[0]}
        assert await count_matched(client, POINTS, operational_status="open", **asked) == 0
        assert await count_matched(client, POINTS, operational_status="open,closed", **asked) == 1

    @pytest.mark.parametrize("asked", [{"status_group": "unknown"}, {"operational_status": "unknown"}])
    async def test_unknown_includes_unassessed_points(
        self, client: httpx.AsyncClient, armenia: list[str], asked: dict[str, str]
    ) -> None:
        found = await get_properties(client, POINTS, country="ARM", datetime="2020-04-15", **asked)
        assert {code: it["assessed"] for code, it in found.items()} == {armenia[1]: True, armenia[2]: False}

    async def test_groups_make_up_the_world(self, client: httpx.AsyncClient) -> None:
        groups = [await count_matched(client, POINTS, status_group=group) for group in list_codes("status_group")]
        assert sum(groups) == len(read_shipped_register())

    async def test_restrictions_can_be_filtered_by_status(self, client: httpx.AsyncClient) -> None:
        assert await count_matched(client, RESTRICTIONS, status_group="fully_closed") == 1
        assert await count_matched(client, RESTRICTIONS, operational_status="unknown") == 1
        assert await count_matched(client, RESTRICTIONS, status_group="fully_operational") == 0

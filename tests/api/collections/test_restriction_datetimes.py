"""The moments between which a restriction held: properties that features have only where a request names them."""

from typing import Any

import httpx
import pytest
from helpers.editing import POINT, create_item
from helpers.factories import record_status
from helpers.http import RESTRICTIONS, get_all_features, get_json
from helpers.offices import sign_in
from helpers.shipped.register import fetch_point_id
from sqlalchemy.ext.asyncio import AsyncConnection

TIRANA = "OA-3972"
START, END = "start_datetime", "end_datetime"
NAMED = f"code,valid_from,valid_to,{START},{END}"
SCHEMAS = ("schema", "item-schema")


@pytest.fixture
async def stretches(shipped: AsyncConnection) -> None:
    """Three records of one point: of the first two weeks of March 2020, of the third, and of the days since."""
    tirana = await fetch_point_id(shipped, TIRANA)
    await record_status(shipped, tirana, "closed", "03-01")
    await record_status(shipped, tirana, "open", "03-15", "03-22")


def schema_properties(document: dict[str, Any]) -> set[str]:
    properties = document["properties"]
    return set(properties["properties"]["properties"] if "type" in properties else properties)


@pytest.mark.usefixtures("stretches")
async def test_features_have_no_moments_unless_named(client: httpx.AsyncClient) -> None:
    for feature in await get_all_features(client, RESTRICTIONS):
        assert not {START, END} & feature["properties"].keys()
        item = await get_json(client, f"/collections/restrictions/items/{feature['id']}")
        assert not {START, END} & item["properties"].keys()


@pytest.mark.usefixtures("stretches")
async def test_named_moments_are_the_midnights_of_the_days_without_a_zone(client: httpx.AsyncClient) -> None:
    found = [each["properties"] for each in await get_all_features(client, RESTRICTIONS, properties=NAMED)]
    assert len(found) == 3
    for each in found:
        assert each[START] == f"{each['valid_from']}T00:00:00"
        assert each[END] == (each["valid_to"] and f"{each['valid_to']}T00:00:00")


@pytest.mark.usefixtures("stretches")
@pytest.mark.parametrize(
    ("first", "after", "records"),
    [("02-23", "03-01", 0), ("02-24", "03-02", 1), ("03-08", "03-15", 1), ("03-08", "03-16", 2), ("03-22", "03-29", 1)],
)
async def test_filter_of_a_temporal_step_finds_the_records_of_its_days(
    client: httpx.AsyncClient, first: str, after: str, records: int
) -> None:
    """As QGIS writes it for two fields of moments."""
    begins = f'(("{START}" < TIMESTAMP(\'2020-{after}T00:00:00.000Z\')) OR ("{START}" IS NULL))'
    ends = f'(("{END}" > TIMESTAMP(\'2020-{first}T00:00:00.000Z\')) OR ("{END}" IS NULL))'
    assert len(await get_all_features(client, RESTRICTIONS, filter=f"({begins} AND {ends})")) == records


@pytest.mark.usefixtures("stretches")
@pytest.mark.parametrize("name", [START, END])
async def test_features_sorted_by_a_moment_follow_page_after_page(client: httpx.AsyncClient, name: str) -> None:
    asked = {"limit": 1, "properties": name, "sortby": name}
    found = [each["properties"][name] for each in await get_all_features(client, RESTRICTIONS, **asked)]
    assert found == sorted(found, key=lambda moment: (moment is None, moment))
    assert len(found) == 3


@pytest.mark.usefixtures("stretches")
async def test_moment_in_the_address_is_equal_to_one_in_any_zone(client: httpx.AsyncClient) -> None:
    asked = {START: "2020-03-15T01:00:00+01:00"}
    (feature,) = await get_all_features(client, RESTRICTIONS, **asked)
    assert feature["properties"]["valid_from"] == "2020-03-15"


@pytest.mark.parametrize("name", ["queryables", "sortables"])
async def test_moments_can_be_filtered_and_sorted_by(client: httpx.AsyncClient, name: str) -> None:
    document = await get_json(client, f"/collections/restrictions/{name}")
    for moment in (START, END):
        assert document["properties"][moment]["format"] == "date-time"


@pytest.mark.parametrize("name", SCHEMAS)
async def test_schema_has_the_moments_of_items_that_name_them(client: httpx.AsyncClient, name: str) -> None:
    """A layer that does not name them would have two columns without a value."""
    path = f"/collections/restrictions/{name}"
    assert not {START, END} & schema_properties(await get_json(client, path))
    assert {START, END} <= schema_properties(await get_json(client, path, properties=NAMED))
    assert {START, END} & schema_properties(await get_json(client, path, properties=f"code,{END}")) == {END}


@pytest.mark.usefixtures("stretches")
@pytest.mark.parametrize("form", ["csv", "xlsx", "gpkg", "fgb", "parquet", "jsonfg", "geojsonseq", "kml", "shp", "ods"])
async def test_file_has_moments_that_are_named(client: httpx.AsyncClient, form: str) -> None:
    response = await client.get(RESTRICTIONS, params={"f": form, "properties": NAMED})
    assert response.status_code == 200, response.text
    if form == "csv":
        assert ",2020-03-15,2020-03-22,2020-03-15T00:00:00+00:00,2020-03-22T00:00:00+00:00" in response.text


@pytest.mark.usefixtures("stretches")
@pytest.mark.parametrize("form", ["mvt", "geojson"])
async def test_tile_has_moments_that_are_named(client: httpx.AsyncClient, form: str) -> None:
    path = "/collections/restrictions/tiles/WebMercatorQuad/4/5/8"
    response = await client.get(path, params={"f": form, "properties": f"code,{END}"})
    assert response.status_code == 200, response.text
    assert END.encode() in response.content


async def test_new_restriction_may_have_empty_moments(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    """QGIS sends a null for every field of its layer that was not filled in."""
    path = await create_item(client, await sign_in(shipped), **{START: None, END: None})
    (feature,) = await get_all_features(client, RESTRICTIONS, code=POINT, properties=NAMED)
    assert path.endswith(f"/{feature['id']}")
    assert feature["properties"][START] == "2020-03-20T00:00:00"

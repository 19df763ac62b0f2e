"""What GIS clients ask of a collection beside day and place: systems, filters, order, properties, schemas."""

from typing import Any

import httpx
import jsonschema
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, get_json
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.properties import get_default_properties
from api.collections.registry import COLLECTIONS
from api.pages.landing import CONFORMANCE
from geo.crs import list_crs

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
BELGRADE = "OA-4610"
every_collection = pytest.mark.parametrize("collection", COLLECTIONS.values(), ids=COLLECTIONS)


async def ids(client: httpx.AsyncClient, path: str = POINTS, **asked: str) -> list[Any]:
    return [feature["id"] for feature in (await get_json(client, path, **asked))["features"]]


async def refused(client: httpx.AsyncClient, path: str = POINTS, **asked: str) -> dict[str, str]:
    """The one parameter that is at fault."""
    response = await client.get(path, params=asked)
    assert response.status_code == 400, response.text
    (error,) = response.json()["errors"]
    found: dict[str, str] = error
    return found


class TestSystems:
    @pytest.mark.parametrize(
        ("crs", "place"),
        [
            (CRS84, [20.309099, 44.818401]),
            (f"{EPSG}4326", [44.818401, 20.309099]),
            (f"{EPSG}3857", [2260798.56, 5592977.6]),
            (f"{EPSG}32634", [445367.6, 4963154.5]),
            (f"{EPSG}3035", [2468175.84, 5134943.68]),
            ("EPSG:6316", [7445300, 4964000]),
        ],
    )
    async def test_point_is_in_the_requested_crs(self, client: httpx.AsyncClient, crs: str, place: list[float]) -> None:
        for path, asked in ((POINTS, {"iata": "BEG"}), (f"{POINTS}/{BELGRADE}", {})):
            response = await client.get(path, params={"crs": crs, **asked})
            document = response.json()
            (feature,) = document.get("features", [document])
            assert feature["geometry"]["coordinates"] == pytest.approx(place, rel=1e-3)
            assert response.headers["content-crs"] == f"<{crs.replace('EPSG:', EPSG)}>"

    @pytest.mark.parametrize(
        ("crs", "box"),
        [
            (CRS84, "20.3,44.8,20.4,44.9"),
            (f"{EPSG}4326", "44.8,20.3,44.9,20.4"),
            (f"{EPSG}3857", "2260000,5590000,2262000,5594000"),
            (f"{EPSG}32634", "440000,4960000,450000,4970000"),
        ],
    )
    async def test_box_is_understood_in_its_system(self, client: httpx.AsyncClient, crs: str, box: str) -> None:
        assert await ids(client, bbox=box, **{"bbox-crs": crs}) == [BELGRADE]

    async def test_box_of_latitudes_first_crosses_the_antimeridian(self, client: httpx.AsyncClient) -> None:
        here = await ids(client, bbox="-20,176,-15,-178", limit="1000", **{"bbox-crs": f"{EPSG}4326"})
        assert here == await ids(client, bbox="176,-20,-178,-15", limit="1000")
        assert len(here) > 5

    async def test_place_outside_a_crs_is_an_error(self, client: httpx.AsyncClient) -> None:
        error = await refused(client, limit="10000", crs=f"{EPSG}25832")
        assert (error["parameter"], "narrow it" in error["reason"]) == ("crs", True)

    @pytest.mark.parametrize("name", ["crs", "bbox-crs", "filter-crs"])
    async def test_unknown_crs_is_named(self, client: httpx.AsyncClient, name: str) -> None:
        error = await refused(client, **{name: "EPSG:1"})
        assert (error["parameter"], error["value"]) == (name, "EPSG:1")

    @every_collection
    async def test_collection_lists_its_systems(self, client: httpx.AsyncClient, collection: Any) -> None:
        described = await get_json(client, f"/collections/{collection.id}")
        assert described["crs"] == list(list_crs())
        listed = await get_json(client, "/collections")
        assert listed["crs"] == list(list_crs())
        assert all(each["crs"] == [CRS84, "#/crs"] for each in listed["collections"])


class TestFilters:
    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("country = 'SRB'", 58),
            ("country IN ('SRB','FJI') AND poe_type = 'airport' AND iata = 'BEG'", 1),
            ("CASEI(name) LIKE CASEI('%BELGRADE%')", 1),
            ("ACCENTI(name) LIKE ACCENTI('Nis %')", 1),
            ("S_INTERSECTS(geometry, BBOX(20.3,44.8,20.4,44.9))", 1),
            ("distance(geometry, POINT(20.3 44.8)) < 5000", 1),
            ("country = 'SRB' AND NOT (iata = 'BEG' OR iata = 'INI')", 1),
        ],
    )
    async def test_filter_narrows_the_points_and_their_number(
        self, client: httpx.AsyncClient, text: str, count: int
    ) -> None:
        found = await get_json(client, POINTS, filter=text)
        assert (len(found["features"]), found["numberMatched"]) == (count, count)

    async def test_filter_goes_with_all_other_parameters_and_into_the_next_link(
        self, client: httpx.AsyncClient
    ) -> None:
        asked = {"filter": "poe_type = 'airport'", "country": "FJI", "limit": "2", "sortby": "-name"}
        expected = await ids(client, country="FJI", poe_type="airport", limit="1000", sortby="-name")
        found, address = [], str(httpx.URL(POINTS, params=asked))
        while address:
            page = (await client.get(address)).json()
            found += [feature["id"] for feature in page["features"]]
            address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
        assert found == expected

    async def test_filter_can_be_json(self, client: httpx.AsyncClient) -> None:
        text = '{"op":"=","args":[{"property":"iata"},"BEG"]}'
        assert await ids(client, filter=text, **{"filter-lang": "cql2-json"}) == [BELGRADE]

    async def test_geometry_of_a_filter_is_in_its_system(self, client: httpx.AsyncClient) -> None:
        text = "S_WITHIN(geometry, POLYGON((44.8 20.3, 44.9 20.3, 44.9 20.4, 44.8 20.4, 44.8 20.3)))"
        assert await ids(client, filter=text, **{"filter-crs": f"{EPSG}4326"}) == [BELGRADE]

    async def test_record_is_in_force_up_to_the_day_before_its_end(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await record_status(shipped, await add_poe(shipped, "XX-A"), "closed", "2020-03-01", "2020-03-08")
        for day, count in (("2020-03-07", 1), ("2020-03-08", 0)):
            text = f"code = 'XX-A' AND T_INTERSECTS(INTERVAL(valid_from, valid_to), DATE('{day}'))"
            assert len(await ids(client, RESTRICTIONS, filter=text)) == count

    @pytest.mark.parametrize(
        ("text", "position"),
        [
            ("contry = 'SRB'", "0"),
            ("country = ", "10"),
            ("country = 1", "10"),
            ("pg_sleep(10) = 1", "0"),
            ("(" * 1000, None),
        ],
    )
    async def test_invalid_filter_names_the_position(
        self, client: httpx.AsyncClient, text: str, position: str | None
    ) -> None:
        error = await refused(client, filter=text)
        assert error["parameter"] == "filter"
        assert position in {None, error["position"]}

    @pytest.mark.parametrize("value", ["x' OR 1=1 --", "'; DROP TABLE country; --"])
    async def test_sql_in_a_value_is_a_value(self, client: httpx.AsyncClient, value: str) -> None:
        quoted = value.replace("'", "''")
        assert await ids(client, filter=f"name = '{quoted}'") == []
        assert await ids(client, name=value) == []


class TestProperties:
    @pytest.mark.parametrize(
        ("name", "value"),
        [("iata", "BEG"), ("is_poe", "true"), ("announced_end_passed", "false"), ("international_travel", "4")],
    )
    async def test_property_narrows_by_its_name(self, client: httpx.AsyncClient, name: str, value: str) -> None:
        page = await get_json(client, POINTS, datetime="2020-04-15", country="SRB,FJI", **{name: value})
        assert {str(each["properties"][name]).lower() for each in page["features"]} <= {value.lower()}

    async def test_day_may_come_as_the_moment_at_which_it_begins(
        self, client: httpx.AsyncClient, shipped: AsyncConnection
    ) -> None:
        await record_status(shipped, await add_poe(shipped, "XX-A"), "closed", "2020-03-01", "2020-03-08")
        for text in ("2020-03-01", "2020-03-01T00:00:00Z"):
            assert len(await ids(client, RESTRICTIONS, valid_from=text)) == 1

    @pytest.mark.parametrize(("name", "value"), [("valid_from", "soon"), ("international_travel", "high")])
    async def test_invalid_property_value_is_named(self, client: httpx.AsyncClient, name: str, value: str) -> None:
        error = await refused(client, **{name: value})
        assert (error["parameter"], error["value"]) == (name, value)

    async def test_only_requested_properties_are_returned(self, client: httpx.AsyncClient) -> None:
        (feature,) = (await get_json(client, POINTS, iata="BEG", properties="name,country"))["features"]
        assert list(feature["properties"]) == ["name", "country"]

    async def test_geometry_can_be_left_out(self, client: httpx.AsyncClient) -> None:
        (feature,) = (await get_json(client, COUNTRIES, iso3="SRB", skipGeometry="true"))["features"]
        assert feature["geometry"] is None

    @pytest.mark.parametrize(
        ("parameter", "value"), [("properties", "nme"), ("sortby", "-nme"), ("sortby", "measures")]
    )
    async def test_unknown_property_is_named(self, client: httpx.AsyncClient, parameter: str, value: str) -> None:
        error = await refused(client, **{parameter: value})
        assert (error["parameter"], error["value"]) == (parameter, value.lstrip("-"))


class TestOrder:
    @pytest.mark.parametrize("sortby", ["name", "-name", "municipality,-name", "-iata", "poe_type,name", "valid_from"])
    async def test_every_point_comes_once_and_in_order(self, client: httpx.AsyncClient, sortby: str) -> None:
        whole = await ids(client, country="FJI,SRB,KIR", sortby=sortby, limit="1000")
        found, address = [], f"{POINTS}?country=FJI,SRB,KIR&limit=7&sortby={sortby}"
        while address:
            page = (await client.get(address)).json()
            found += [feature["id"] for feature in page["features"]]
            address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
        assert found == whole
        assert len(set(found)) == len(found)

    async def test_points_without_a_value_come_last_both_ways(self, client: httpx.AsyncClient) -> None:
        for sortby in ("iata", "-iata"):
            page = await get_json(client, POINTS, country="FJI", sortby=sortby, limit="1000")
            codes = [each["properties"]["iata"] for each in page["features"]]
            known = [code for code in codes if code]
            assert codes == sorted(known, reverse=sortby == "-iata") + [None] * (len(codes) - len(known))

    @pytest.mark.parametrize("after", ["x", "[1]", '["Nadi"]', "[", "[[]]", '["a","b","c"]'])
    async def test_place_that_no_link_leads_to_is_refused(self, client: httpx.AsyncClient, after: str) -> None:
        assert (await refused(client, sortby="name,-iata", after=after))["parameter"] == "after"


class TestSchemas:
    @every_collection
    @pytest.mark.parametrize("name", ["queryables", "sortables", "schema", "item-schema"])
    async def test_queryables_are_a_json_schema_and_a_page(
        self, client: httpx.AsyncClient, collection: Any, name: str
    ) -> None:
        path = f"/collections/{collection.id}/{name}"
        response = await client.get(path)
        assert response.headers["content-type"] == "application/schema+json"
        jsonschema.Draft202012Validator.check_schema(response.json())
        page = await client.get(path, headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")

    @every_collection
    async def test_features_are_as_their_schema_says(self, client: httpx.AsyncClient, collection: Any) -> None:
        properties = (await get_json(client, f"/collections/{collection.id}/schema"))["properties"]
        page = await get_json(client, f"/collections/{collection.id}/items", limit="200", datetime="2020-04-15")
        for feature in page["features"]:
            assert set(feature["properties"]) == set(properties) - {"geometry"}
            for name, value in feature["properties"].items():
                if value is not None:
                    jsonschema.validate(value, properties[name])

    @every_collection
    async def test_types_are_preserved_by_qgis_and_gdal(self, client: httpx.AsyncClient, collection: Any) -> None:
        schema = (await get_json(client, f"/collections/{collection.id}/schema"))["properties"]
        queryables = (await get_json(client, f"/collections/{collection.id}/queryables"))["properties"]
        assert schema.pop("geometry")["x-ogc-role"] == "primary-geometry"
        geometry = queryables.pop("geometry")
        assert geometry["$ref"].startswith("https://geojson.org/schema/")
        assert "type" not in geometry
        for properties in (schema, queryables):
            assert all(isinstance(each["type"], str) and each["title"] for each in properties.values())
        assert sorted(each["x-ogc-propertySeq"] for each in schema.values()) == list(range(1, len(schema) + 1))
        assert len([each for each in schema.values() if each.get("x-ogc-role") == "id"]) == 1

    async def test_restriction_holds_between_two_dates(self, client: httpx.AsyncClient) -> None:
        schema = (await get_json(client, "/collections/restrictions/schema"))["properties"]
        roles = {each["x-ogc-role"]: name for name, each in schema.items() if "x-ogc-role" in each}
        assert (roles["primary-interval-start"], roles["primary-interval-end"]) == ("valid_from", "valid_to")
        assert schema["valid_from"]["format"] == schema["valid_to"]["format"] == "date"
        assert schema["recorded_from"]["format"] == "date-time"

    @every_collection
    def test_every_property_has_words_and_a_tag(self, collection: Any) -> None:
        for field in get_default_properties(collection).values():
            assert field.title
            assert field.description.endswith(".")
            assert field.hxl.startswith("#")


async def test_classes_by_which_clients_decide_are_claimed(client: httpx.AsyncClient) -> None:
    claimed = (await get_json(client, "/conformance"))["conformsTo"]
    assert claimed == CONFORMANCE
    for name in (
        *("ogcapi-features-1/1.0/conf/core", "ogcapi-features-2/1.0/conf/crs", "ogcapi-features-3/1.0/conf/filter"),
        *("ogcapi-features-3/1.0/conf/features-filter", "cql2/1.0/conf/cql2-text", "cql2/1.0/conf/basic-cql2"),
        *("cql2/1.0/conf/basic-spatial-functions", "cql2/1.0/conf/basic-spatial-operators"),
        "ogcapi-features-5/1.0/conf/schemas",
    ):
        assert f"http://www.opengis.net/spec/{name}" in claimed


async def test_functions_of_filters_are_listed_with_what_they_take(client: httpx.AsyncClient) -> None:
    functions = {each["name"]: each for each in (await get_json(client, "/functions"))["functions"]}
    assert functions["distance"]["returns"] == ["number"]
    assert functions["distance"]["arguments"] == [{"type": ["geometry"]}, {"type": ["geometry"]}]


async def test_address_with_an_ending_leads_to_the_file(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{POINTS}.csv", params={"country": "SRB"}, follow_redirects=True)
    assert (response.status_code, len(response.text.splitlines())) == (200, 60)
    assert (await client.get(f"{POINTS}.doc")).status_code == 404


async def test_page_links_to_every_format(client: httpx.AsyncClient) -> None:
    page = (await client.get(POINTS, params={"f": "html", "country": "SRB", "datetime": "2020-04-15"})).text
    for form in ("csv", "xlsx", "gpkg", "fgb", "parquet"):
        assert f"f={form}&amp;country=SRB&amp;datetime=2020-04-15" in page.replace("f=html&amp;", "") or form in page
    for line in ("ogr2ogr", "geopandas.read_file", "st_read", "/qgis/crossings.qgz"):
        assert line in page

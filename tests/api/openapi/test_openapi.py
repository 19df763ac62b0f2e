"""The API document: OpenAPI 3.0, from which QGIS and GDAL learn what each collection can be asked."""

import gzip
import re
from typing import Any

import httpx
import pytest
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, get_json
from helpers.operations.routes import list_methods_and_paths
from openapi_spec_validator import OpenAPIV30SpecValidator
from sqlalchemy.ext.asyncio import AsyncEngine

from api.collections.properties import get_properties
from api.collections.property_filters import build_items_parameters as parameters_taken
from api.collections.registry import COLLECTIONS, Collection
from api.main import create_app
from api.openapi.statuses import build_failure_responses
from api.parameters.shared import map_parameter_fields

Document = dict[str, Any]
# A value for each parameter that is not told by its schema.
EXAMPLES = {
    "datetime": "2020-04-15",
    "as_known_at": "2100-05-03T17:00:00Z",
    "bbox": "170,-25,-170,-10",
    "country": "SRB,FJI",
    "region": "SEEECA,002",
    "poe_type": "airport,land_border_point",
    "status_group": "unknown",
    "lifecycle": "candidate",
    "operational_status": "open,closed",
    "is_poe": "true",
    "f": "json",
    "group_by": "country,status_group",
    "at": "20,44,5",
    "changes": "week",
    "measure": "movement_restricted",
    "affected_population": "nationals",
    "point": "OA-4959",
    "step": "day",
    "on": "2020-04-15",
    "compare": "2020-04-08",
    "level": "global",
    "lang": "fr",
    "from": "SRB",
    "to": "BGR",
    "lon": "20.46",
    "lat": "44.81",
    "population": "returnees",
    "nationality": "SRB",
    "direction": "exit",
    "passable": "yes,conditional",
    "max_age": "28",
    "stale": "true",
    "within_m": "50000",
    "weight_airport": "1",
    "weight_land_border_point": "1",
    "weight_blue_border_point": "1",
    "weight_conditional": "0.5",
    "days": "7",
    "least_points": "3",
    "embed": "1",
    "limit": "5",
    "after": "1",
    "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
    "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4326",
    "filter": "geometry IS NOT NULL",
    "filter-lang": "cql2-text",
    "filter-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    "sortby": "-name",
    "properties": "name",
    "skipGeometry": "true",
    "hxl": "false",
    "bom": "true",
}
OF_KINDS = {"string": "x", "integer": "1", "number": "1", "boolean": "true", "date": "2020-04-15"}
# What has to be asked for anyway.
NEEDED = {"/crossings": {"from": "FIN", "to": "SWE"}, "/nearest": {"lon": "20.46", "lat": "44.81"}}
IN_PATHS = {"featureId": "OA-4959", "code": "OA-4959"}
# Parameters that mean something only beside others; they are tried where their answers are.
NOT_ALONE = {"/changes.atom": {"after"}, "/changes.json": {"after"}, "/reports/points-of-entry": {"area", "edition"}}


@pytest.fixture
async def api(client: httpx.AsyncClient) -> Document:
    return await get_json(client, "/api")


async def test_document_is_valid_openapi_3_0(api: Document) -> None:
    assert api["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(api).validate()


async def test_document_has_the_media_type_that_clients_look_for(client: httpx.AsyncClient) -> None:
    response = await client.get("/api")
    assert response.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"


async def test_document_names_the_address_of_the_service(api: Document) -> None:
    assert api["servers"] == [{"url": "http://test"}]


async def test_every_collection_has_literal_paths(api: Document) -> None:
    for path in (POINTS, RESTRICTIONS, COUNTRIES):
        assert {path.removesuffix("/items"), path, f"{path}/{{featureId}}"} <= set(api["paths"])


async def test_size_of_a_page_stands_where_qgis_reads_it(api: Document) -> None:
    schema = api["components"]["parameters"]["limit"]["schema"]
    assert (schema["minimum"], schema["default"], schema["maximum"]) == (1, 100, 10_000)
    for path in (POINTS, RESTRICTIONS, COUNTRIES):
        assert {"$ref": "#/components/parameters/limit"} in api["paths"][path]["get"]["parameters"]


@pytest.mark.parametrize("collection", COLLECTIONS.values(), ids=COLLECTIONS)
async def test_collection_lists_the_parameters_it_takes_and_no_other(api: Document, collection: Collection) -> None:
    listed = {parameter["name"] for parameter in parameters_of(api, f"/collections/{collection.id}/items")}
    assert listed == set(map_parameter_fields(parameters_taken(collection)))


@pytest.mark.parametrize("collection", COLLECTIONS.values(), ids=COLLECTIONS)
async def test_every_property_that_is_one_value_is_a_parameter(api: Document, collection: Collection) -> None:
    """Only by those that are listed here does GDAL have the server filter."""
    listed = {parameter["name"] for parameter in parameters_of(api, f"/collections/{collection.id}/items")}
    assert listed >= {name for name, field in get_properties(collection).items() if field.kind != "strings"}


async def test_parameters_are_written_as_qgis_understands_them(api: Document) -> None:
    for path in (POINTS, RESTRICTIONS, COUNTRIES):
        for parameter in parameters_of(api, path):
            assert (parameter["in"], parameter["style"], parameter["explode"]) == ("query", "form", False)
            assert isinstance(parameter["schema"]["type"], str)
            assert parameter["description"]


def public(api: Document) -> list[str]:
    """The paths that can be read without a key, whole, in any form of answer."""
    read = {path: each["get"] for path, each in api["paths"].items() if "get" in each}
    without_key = [path for path, each in read.items() if not each["security"]]
    return [path for path in without_key if not any(name in path for name in ("{z}", "{name}"))]


async def test_every_path_answers_with_every_parameter_it_lists(client: httpx.AsyncClient, api: Document) -> None:
    for path in public(api):
        identity = {"featureId": "FJI", "code": "OA-4959"} if "countries" in path else IN_PATHS
        address = path.format(**identity)
        if "restrictions/items/" in path or "changes/items/" in path:  # there is none to be named
            continue
        listed = {each["name"]: each["schema"].get("enum", [None])[0] for each in parameters_of(api, path)}
        short = {"limit": "1"} if "limit" in listed else {}
        for name in listed.keys() - NOT_ALONE.get(path, set()):
            value = listed[name] or EXAMPLES.get(name) or example_of(name)
            response = await client.get(address, params=short | NEEDED.get(path, {}) | {name: value})
            assert response.status_code == 200, (address, name, response.text)


def example_of(name: str) -> str:
    """A value for the parameter that is named as a property."""
    kind = next(
        get_properties(collection)[name].kind
        for collection in COLLECTIONS.values()
        if name in get_properties(collection)
    )
    return OF_KINDS.get(kind, "2020-05-03T17:00:00Z")


async def test_every_path_lists_its_media_types(client: httpx.AsyncClient, api: Document) -> None:
    for path in ("/", "/collections", POINTS, "/codes", "/regions"):
        said = api["paths"][path]["get"]["responses"]["200"]["content"]
        given = (await client.get(path)).headers["content-type"]
        assert given in said
        assert "text/html" in said


async def test_every_failure_is_a_problem_document(api: Document) -> None:
    for name in build_failure_responses():
        response = api["components"]["responses"][name]
        assert response["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    for operation in operations(api):
        assert operation["responses"]["400"] == {"$ref": "#/components/responses/BadRequest"}
        assert "default" not in operation["responses"]


async def test_every_operation_has_an_id_of_its_own(api: Document) -> None:
    ids = [operation["operationId"] for operation in operations(api)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("end", ["getTileSetsList", "getTileSet", "getTile"])
async def test_tile_operations_have_the_standard_ids(api: Document, end: str) -> None:
    """OGC API - Tiles Part 1, /req/oas30/operation-id."""
    ids = [each["operationId"] for each in operations(api) if each["operationId"].endswith(f".collection.vector.{end}")]
    assert len(ids) == len(COLLECTIONS)


async def test_every_body_and_every_answer_has_a_schema(api: Document) -> None:
    for operation in operations(api):
        contents = [written(api, response).get("content", {}) for response in operation["responses"].values()]
        for media_type in (*contents, operation.get("requestBody", {}).get("content", {})):
            assert all(described["schema"] for described in media_type.values()), operation["operationId"]


def written(api: Document, response: Document) -> Document:
    """The answer itself where it is referred to."""
    _, _, name = response.get("$ref", "").rpartition("/")
    found: Document = api["components"]["responses"][name] if name else response
    return found


async def test_answers_that_several_operations_have_are_written_once(api: Document) -> None:
    tiles = {"$ref": "#/components/responses/TileFeatures"}
    for each in operations(api):
        if each["operationId"].endswith(".collection.vector.getTile"):
            assert each["responses"]["200"] == tiles
    assert "application/vnd.mapbox-vector-tile" in written(api, tiles)["content"]


def operations(api: Document) -> list[Document]:
    return [operation for described in api["paths"].values() for operation in described.values()]


def test_every_path_and_method_of_the_service_is_in_the_document(shipped_engine: AsyncEngine, api: Document) -> None:
    """Programs ask with OPTIONS and HEAD without being told; endings and ArcGIS's address lead on to what is listed."""
    unlisted = {"/collections/{collection_id}/items.{suffix}", "/ogcfeatureserver{path:path}"}
    for method, path in list_methods_and_paths(create_app(shipped_engine).routes):
        if method in {"HEAD", "OPTIONS"} or path in unlisted:
            continue
        for collection in COLLECTIONS if "{collection_id}" in path else ("",):
            if method != "GET" and collection in {"changes", "countries"}:
                continue
            listed = path.replace("{collection_id}", collection).replace("{item_id}", "{featureId}")
            assert method.lower() in api["paths"][listed]


def test_write_operations_declare_their_key(api: Document) -> None:
    for path, described in api["paths"].items():
        for method, operation in described.items():
            if method != "get" and "{token}" not in path:
                assert [list(each) for each in operation["security"]] == [["bearer"], ["basic"], ["header"], ["query"]]


async def test_document_stays_small(client: httpx.AsyncClient) -> None:
    """QGIS reads it again for every layer (qgis/QGIS#55740), compressed as the service sends it."""
    content = (await client.get("/api")).content
    assert len(content) < 250_000
    assert len(gzip.compress(content)) < 25_000


async def test_api_has_a_page_for_people(client: httpx.AsyncClient) -> None:
    page = await client.get("/api.html")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert 'href="http://test/api"' in page.text


def parameters_of(api: Document, path: str) -> list[Document]:
    """The query parameters of the path, with those that are referred to in place."""
    listed = api["paths"][path]["get"]["parameters"]
    shared = api["components"]["parameters"]
    found = [shared[each["$ref"].rsplit("/", 1)[1]] if "$ref" in each else each for each in listed]
    return [parameter for parameter in found if parameter["in"] == "query"]


def test_no_schema_is_called_as_a_list_in_it(api: Document) -> None:
    """Python clients that are generated read the list into a variable of the name that they give the whole."""
    for name, schema in api["components"]["schemas"].items():
        lists = [each for each, of in schema.get("properties", {}).items() if of.get("type") == "array"]
        assert name.lower() not in {re.sub("[^a-z]", "", each.lower()) for each in lists}

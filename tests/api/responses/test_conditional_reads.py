"""Conditional and partial reads: 206, 304, 412 and 416 are documented where they can happen, and nowhere else."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from helpers.operations.documented import Documented
from helpers.response_cache import serve_with_cache
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.main import create_app
from api.openapi.document import build_document

COUNTRIES = "/collections/countries/items?country=FJI"
REPORT = "/reports/points-of-entry?level=country&area=FJI"
CONDITIONS: dict[int, Mapping[str, str]] = {
    206: {"Range": "bytes=0-9"},
    304: {"If-None-Match": "*"},
    412: {"If-Match": '"another"'},
    416: {"Range": "bytes=99999999-"},
}
# Tagged where they are the same for everybody; in parts where they are files.
TAGGED = (
    *("/", "/api", "/conformance", "/collections", "/collections/countries", "/collections/countries/schema", "/map"),
    *("/collections/countries/tiles/WebMercatorQuad/0/0/0", "/styles/basemap", "/changes.atom", "/changes.json"),
    *("/qgis/crossings.qgz", "/basemap/0/0/0.mvt", "/points-of-entry/OA-4610/history", "/statistics", COUNTRIES),
)
FILES = tuple(f"{COUNTRIES}&f={form}" for form in ("gpkg", "csv", "geojson", "parquet", "kml"))
PLAIN = ("/health/live", "/office", "/reports")


@pytest.fixture(scope="module")
async def engine(copied: str) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(copied)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
async def served(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service with what tags its answers in front."""
    application = create_app(engine)
    async with (
        serve_with_cache(application) as front,
        httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://test") as client,
    ):
        yield client
    await application.state.health.database.aclose()


@pytest.fixture(scope="module")
def documented() -> Documented:
    return Documented(build_document("http://test"))


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        *((path, {304, 412}) for path in TAGGED),
        *((path, {206, 416}) for path in FILES),
        (f"{REPORT}&f=json", {304}),
        *((path, set()) for path in PLAIN),
    ],
)
async def test_status_of_a_conditional_read_is_documented(
    served: httpx.AsyncClient, documented: Documented, path: str, statuses: set[int]
) -> None:
    for status, headers in CONDITIONS.items():
        response = await served.get(path, headers=headers)
        assert documented.faults(response) == []
        assert response.status_code == status if status in statuses else response.status_code in {200, 304}
    operation = documented.operation("GET", httpx.URL(path).path)
    known = {int(status) for status in operation["responses"]} & CONDITIONS.keys()
    assert statuses <= known if "/items" in path or path.startswith(REPORT) else statuses == known


@pytest.mark.parametrize(("text", "status"), [("bytes=99999999-", 416), ("bytes=a-b", 400), ("pages=1-2", 400)])
@pytest.mark.parametrize("form", ["gpkg", "csv"])
async def test_range_that_a_file_has_not_is_a_problem_document(
    served: httpx.AsyncClient, form: str, text: str, status: int
) -> None:
    response = await served.get(f"{COUNTRIES}&f={form}", headers={"Range": text})
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["status"] == status
    assert int(response.headers["content-length"]) == len(response.content)
    if status == 416:
        assert response.headers["content-range"].startswith("bytes */")


@pytest.mark.parametrize("query", ["f=", "limit=", "bbox=", "datetime=", "country=", "f=&limit=&sortby=&iata="])
async def test_parameter_without_a_value_is_as_good_as_not_given(
    served: httpx.AsyncClient, documented: Documented, query: str
) -> None:
    """Forms send the fields that were left empty."""
    path = "/collections/points-of-entry/items"
    asked, plain = await served.get(f"{path}?{query}"), await served.get(path)
    assert asked.status_code == 200
    assert asked.json()["features"] == plain.json()["features"]
    operation = documented.operation("GET", path)
    inline = {each["name"]: each for each in operation["parameters"] if "name" in each}
    components = documented.document["components"]["parameters"]
    described = [inline.get(name, components.get(name)) for name in ("f", "limit")]
    assert all(each["allowEmptyValue"] for each in described)
    assert "empty value" in documented.document["info"]["description"]

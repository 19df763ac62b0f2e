"""The landing page and the conformance classes: where every client starts."""

from collections.abc import Iterator

import httpx
import pytest
from helpers.http import get_json

from api.responses.attribution import ATTRIBUTION
from api.settings import get_settings

FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
COMMON = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf"
COLLECTIONS = "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections"


async def test_landing_page_describes_the_service(client: httpx.AsyncClient) -> None:
    landing = await get_json(client, "/")
    assert landing["title"] == "Crossings"
    assert "points of entry" in landing["description"].lower()


@pytest.mark.parametrize(
    ("rel", "path", "media_type"),
    [
        ("service-desc", "/api", "application/vnd.oai.openapi+json;version=3.0"),
        ("service-doc", "/api.html", "text/html"),
        ("conformance", "/conformance", "application/json"),
        ("data", "/collections", "application/json"),
    ],
)
async def test_landing_page_has_the_standard_links(
    client: httpx.AsyncClient, rel: str, path: str, media_type: str
) -> None:
    (link,) = [each for each in (await get_json(client, "/"))["links"] if each["rel"] == rel]
    assert (link["href"], link["type"]) == (f"http://test{path}", media_type)


@pytest.mark.parametrize("path", ["/", "/conformance", "/collections", "/codes", "/regions", "/sources"])
async def test_every_link_of_a_document_has_its_media_type(client: httpx.AsyncClient, path: str) -> None:
    links = (await get_json(client, path))["links"]
    assert {link["rel"] for link in links} >= {"self", "alternate"}
    for link in links:
        response = await client.get(link["href"], headers={"Accept": link["type"]})
        assert (response.status_code, media_type_of(response)) == (200, link["type"].replace(" ", "")), link


def media_type_of(response: httpx.Response) -> str:
    return response.headers["content-type"].replace(" ", "").removesuffix(";charset=utf-8")


async def test_landing_page_names_the_publishers(client: httpx.AsyncClient) -> None:
    attribution = (await get_json(client, "/"))["attribution"]
    for publisher in ("Oxford COVID-19 Government Response Tracker", "OurAirports", "UN/LOCODE", "Natural Earth"):
        assert publisher in attribution
    for publisher in ("GeoNames (CC BY 4.0)", "OCHA/HDX", "WFP", "Geo Gecko", "US BTS/CBP", "US Federal Register"):
        assert publisher in attribution
    assert "do not imply official endorsement" in attribution


@pytest.mark.parametrize("path", ["/", "/codes", "/collections", "/sources"])
async def test_every_page_names_the_same_publishers(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path, headers={"Accept": "text/html"})
    assert ATTRIBUTION in page.text


@pytest.mark.parametrize("path", ["/styles/points-of-entry", "/collections/points-of-entry/tilejson"])
async def test_maps_name_the_same_publishers(client: httpx.AsyncClient, path: str) -> None:
    assert ATTRIBUTION in (await client.get(path)).text


async def test_service_conforms_to_features_core(client: httpx.AsyncClient) -> None:
    classes = set((await get_json(client, "/conformance"))["conformsTo"])
    features = {f"{FEATURES}/{name}" for name in ("core", "oas30", "geojson", "html")}
    common = {f"{COMMON}/{name}" for name in ("core", "landing-page", "json", "html", "oas30")}
    assert classes >= features | common | {COLLECTIONS}


@pytest.fixture
def public_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address under which a proxy publishes the service."""
    address = "https://example.org/crossings"
    monkeypatch.setenv("CROSSINGS_PUBLIC_URL", f"{address}/")
    get_settings.cache_clear()
    yield address
    monkeypatch.undo()
    get_settings.cache_clear()


async def test_service_behind_a_proxy_writes_the_address_that_the_public_uses(
    client: httpx.AsyncClient, public_url: str
) -> None:
    for path in ("/", "/collections", "/collections/points-of-entry/items?limit=1", "/regions"):
        document = await get_json(client, path)
        assert all(link["href"].startswith(f"{public_url}/") for link in document["links"]), path
    assert (await get_json(client, "/api"))["servers"] == [{"url": public_url}]


async def test_pages_behind_a_proxy_link_to_the_address_that_the_public_uses(
    client: httpx.AsyncClient, public_url: str
) -> None:
    page = await client.get("/", headers={"Accept": "text/html"})
    assert f'href="{public_url}/map"' in page.text
    assert "http://test" not in page.text


@pytest.mark.parametrize(
    ("path", "base"),
    [("/", "."), ("/map", "."), ("/collections/countries", ".."), ("/a/b/c/d", "../../.."), ("/a/b/", "../..")],
)
async def test_pages_have_their_styles_at_an_address_relative_to_their_own(
    client: httpx.AsyncClient, path: str, base: str
) -> None:
    page = await client.get(path, headers={"Accept": "text/html"})
    assert f'href="{base}/static/assets/site.css"' in page.text


async def test_page_of_an_endless_path_is_small(client: httpx.AsyncClient) -> None:
    page = await client.get("/a" * 5000, headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert len(page.content) < 25_000

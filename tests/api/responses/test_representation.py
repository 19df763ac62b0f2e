"""JSON or a page, for programs, browsers and scripts of other sites."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS, get_json
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.restrictions import MeasureRow

NADI = "OA-4959"
NEGOTIATED = (
    *("/", "/conformance", "/collections", "/codes", "/codes/poe_type", "/regions", "/sources"),
    *("/collections/points-of-entry", "/collections/restrictions", "/collections/countries"),
    *(f"{POINTS}?limit=3", RESTRICTIONS, f"{COUNTRIES}?limit=2", f"{POINTS}/{NADI}", f"{COUNTRIES}/FJI"),
    f"/points-of-entry/{NADI}/history",
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
JSON, HTML = "application/json", "text/html; charset=utf-8"


@pytest.mark.parametrize("path", NEGOTIATED)
async def test_browser_gets_a_page(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, headers={"Accept": FIREFOX})
    assert (response.status_code, response.headers["content-type"]) == (200, HTML)
    assert response.text.startswith("<!doctype html>")


@pytest.mark.parametrize("path", NEGOTIATED)
async def test_program_gets_json(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    geojson = "/items" in path
    assert response.headers["content-type"] == ("application/geo+json" if geojson else JSON)
    assert isinstance(response.json(), dict)


@pytest.mark.parametrize("path", NEGOTIATED)
async def test_response_varies_by_accept(client: httpx.AsyncClient, path: str) -> None:
    for accept in (FIREFOX, JSON):
        assert "Accept" in (await client.get(path, headers={"Accept": accept})).headers["vary"].split(", ")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        *((FIREFOX, HTML), (CHROME, HTML), ("text/html", HTML), ("TEXT/HTML", HTML), ("application/xhtml+xml", HTML)),
        *(("", JSON), ("*/*", JSON), (JSON, JSON), ("application/*", JSON), ("image/png", JSON)),
        ("application/geo+json, application/json", JSON),
        *(("application/json, text/html", JSON), ("text/html, application/json", HTML)),
        ("application/json;q=0.5, text/html;q=0.4", JSON),
        ("application/json;q=0.4, text/html;q=0.5", HTML),
        ("text/html ; q=0.9 , application/json ; q=1.0", JSON),
        ("text/html;level=1;q=0.3, application/json;q=0.5", JSON),
        *(("*/*;q=0.1, text/html", HTML), ("text/html;q=0.1, */*", JSON)),
        *(("text/html;q=0, */*", JSON), ("text/html;q=0", JSON), ("text/html;q=0, */*;q=0", JSON)),
        ("text/html;q=abc, application/json;q=0.1", JSON),
        (",,;q=1,", JSON),
    ],
)
async def test_first_accepted_type_decides(client: httpx.AsyncClient, accept: str, media_type: str) -> None:
    response = await client.get("/", headers={"Accept": accept})
    assert response.headers["content-type"] == media_type


async def test_f_decides_before_accept(client: httpx.AsyncClient) -> None:
    as_json = await client.get("/", params={"f": "json"}, headers={"Accept": FIREFOX})
    as_page = await client.get("/", params={"f": "html"}, headers={"Accept": JSON})
    assert (as_json.headers["content-type"], as_page.headers["content-type"]) == (JSON, HTML)


async def test_empty_f_decides_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.get("/?f=", headers={"Accept": FIREFOX})).headers["content-type"] == HTML


@pytest.mark.parametrize("path", NEGOTIATED)
async def test_document_leads_to_its_other_form(client: httpx.AsyncClient, path: str) -> None:
    links = {
        link["rel"]: link for link in (await get_json(client, path))["links"] if link["rel"] in {"self", "alternate"}
    }
    assert links["alternate"]["type"] == "text/html"
    for link in links.values():
        response = await client.get(link["href"])
        assert response.status_code == 200
        assert response.headers["content-type"].split(";")[0] == link["type"]


@pytest.mark.parametrize("path", [*NEGOTIATED, "/api", "/api.html", "/health/live", "/health/ready"])
async def test_head_gives_the_headers_of_get(client: httpx.AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)
    assert (head.status_code, head.headers["content-type"]) == (200, get.headers["content-type"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        (POINTS, 200),
        ("/api", 200),
        (f"{POINTS}?limit=0", 400),
        ("/nowhere", 404),
        ("/basemap/0/0/0.mvt", 200),
    ],
)
async def test_scripts_of_any_site_may_read(client: httpx.AsyncClient, path: str, status: int) -> None:
    response = await client.get(path, headers={"Origin": "https://example.org"})
    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    exposed = set(response.headers["access-control-expose-headers"].split(", "))
    assert {"ETag", "Link", "OGC-NumberMatched", "Content-Crs"} <= exposed


async def test_preflight_of_a_browser_is_allowed(client: httpx.AsyncClient) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    response = await client.options(POINTS, headers=asked)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"


async def test_features_say_their_coordinate_reference_system(client: httpx.AsyncClient) -> None:
    for path in (POINTS, f"{POINTS}?limit=10000", f"{POINTS}/{NADI}"):
        response = await client.get(path)
        assert response.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"


class Addresses(HTMLParser):
    """What a page loads by itself."""

    LOADED_BY_LINK = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest", "dns-prefetch"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)
        self.found += re.findall(r"url\(['\"]?([^)'\"]+)", page) + re.findall(r"@import ['\"]([^'\"]+)", page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        loads = tag != "link" or bool(self.LOADED_BY_LINK & set(given.get("rel", "").split()))
        names = ("src", "srcset", "data", "poster", *(("href",) if tag in {"link", "image", "use"} else ()))
        self.found += [given[name] for name in names if name in given and loads]


@pytest.mark.parametrize("path", [*NEGOTIATED, "/api.html", "/nowhere", f"{POINTS}?limit=0"])
async def test_no_page_loads_anything_from_another_host(client: httpx.AsyncClient, path: str) -> None:
    page = (await client.get(path, headers={"Accept": FIREFOX})).text
    loaded = [urlsplit(urljoin("http://test/", address)) for address in Addresses(page).found]
    assert any(address.path.startswith("/static/") for address in loaded)
    assert {(address.scheme, address.netloc) for address in loaded} <= {("http", "test"), ("data", "")}


async def test_map_of_a_page_shows_the_items_of_its_table(client: httpx.AsyncClient) -> None:
    page = (await client.get(POINTS, params={"country": "FJI", "limit": 7, "f": "html"})).text
    address = re.findall(r'data-items="([^"]+)"', page)[0].replace("&amp;", "&")
    shown = [feature["id"] for feature in (await get_json(client, address))["features"]]
    assert shown == re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]+)</a>', page)
    assert len(shown) == 7


async def test_map_of_a_page_has_its_background_from_us(client: httpx.AsyncClient) -> None:
    page = (await client.get(POINTS, params={"country": "FJI", "f": "html"})).text
    assert re.findall(r'data-style="([^"]+)"', page) == ["../../styles/basemap"]


async def test_page_form_keeps_the_request(client: httpx.AsyncClient) -> None:
    asked = {"country": "FJI", "datetime": "2020-04-15", "poe_type": "airport", "f": "html"}
    page = (await client.get(POINTS, params=asked)).text
    for value in ('value="FJI"', 'value="2020-04-15"', '<option value="airport" selected>'):
        assert value in page


async def test_text_of_others_is_text_in_a_page(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    evil = "<script>alert(1)</script>"
    point = await add_poe(shipped, "XX-A", name=evil, municipality=evil, other_iso3=None)
    measures = [MeasureRow("medical_requirements", comment=evil)]
    await record_status(
        shipped, point, "closed", "03-01", comment=evil, source_url="javascript:alert(1)", measures=measures
    )
    paths = (f"{POINTS}?country=FJI", RESTRICTIONS, f"{POINTS}/XX-A", "/points-of-entry/XX-A/history")
    for path in paths:
        page = (await client.get(path, headers={"Accept": FIREFOX})).text
        assert "XX-A" in page
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page


async def test_text_in_any_script_comes_through(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    name = 'نقطة "Côte d\'Ivoire" \\ 口岸 🛂\n'
    await add_poe(shipped, "XX-A", name=name)
    for path in (f"{POINTS}/XX-A", "/points-of-entry/XX-A/history"):
        document = await get_json(client, path)
        assert (document.get("properties") or document)["name"] == name


async def test_names_of_the_interface_are_printed_as_code(client: httpx.AsyncClient) -> None:
    page = (await client.get("/collections/restrictions", headers={"Accept": "text/html"})).text
    assert "<code>valid_from</code>" in page
    assert "&lt;code&gt;" not in page

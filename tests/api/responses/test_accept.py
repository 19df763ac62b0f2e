"""Accept: which of several representations it wants most, and that equal answers have one tag for any value of it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from helpers.http import POINTS
from helpers.response_cache import serve_with_cache

from api.database.engine import build_engine
from api.main import create_app
from api.responses.accept import choose_offer

OFFERS = (("application/geo+json", "application/json"), ("text/html", "application/xhtml+xml"), ("text/csv",))
JSON, HTML, CSV = range(3)
TEXTS_FOR_JSON = ("", "*/*", "application/json", "application/geo+json", "application/*", "image/png, */*;q=0.1")
SCHEMA = "application/schema+json"
PATHS = (
    *("/", "/api", "/api.html", "/conformance", "/collections", "/collections/restrictions", "/codes", "/regions"),
    *("/collections/points-of-entry/queryables", "/collections/points-of-entry/schema", f"{POINTS}?limit=2"),
    *(f"{POINTS}?limit=2&f=json", f"{POINTS}?limit=2&f=", f"{POINTS}?f=html&limit=2&f=", f"{POINTS}/OA-4610"),
    *(f"{POINTS}?limit=2&f=html", f"{POINTS}?limit=2&%66=html", f"{POINTS}?limit=2&f=json&%66=html"),
    *("/statistics", "/signals", "/freshness", "/accessibility", "/nearest?lon=20&lat=44", "/changes.json"),
    "/collections/points-of-entry/tiles",
    *(f"/collections/points-of-entry/tiles/WebMercatorQuad/{tile}" for tile in ("4/5/8", "4/5/8?f=geojson")),
    *("/styles", "/styles/basemap", "/symbols", "/map"),
)


@pytest.fixture(scope="module")
async def tagging(copied: str) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the service with its ETag and cache layers."""
    engine = build_engine(copied)
    application = create_app(engine)
    async with (
        serve_with_cache(application, kept_bytes=10_000_000) as front,
        httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://test") as client,
    ):
        yield client
    await application.state.health.database.aclose()
    await engine.dispose()


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        *((each, JSON) for each in TEXTS_FOR_JSON),
        *(("text/html", HTML), ("TEXT/HTML", HTML), ("application/xhtml+xml", HTML), ("text/csv", CSV)),
        *(("text/*", HTML), ("text/*, text/html;q=0.5", CSV), ("text/*;q=0.5, text/csv", CSV)),
        *(("text/csv;q=0.4, text/html;q=0.5", HTML), ("text/csv, text/html", CSV), ("text/html, text/csv", HTML)),
        # What takes most comes last: without a listed one that is better, another is not chosen for it.
        *(("text/html, */*", HTML), ("*/*, text/html", JSON), ("text/html;q=0.9, */*", JSON)),
        ("image/png, text/html;q=0.5", HTML),
    ],
)
def test_accept_wants_the_greatest_weight_then_the_first_listed(header: str, chosen: int) -> None:
    assert choose_offer(header, OFFERS) == chosen


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("application/geo+json;q=0, */*", HTML),
        ("application/geo+json;q=0, application/json;q=0, */*;q=0.5", HTML),
        ("application/geo+json;q=0, application/json", JSON),
        ("application/geo+json;q=0.0, text/csv;q=0.1", CSV),
        ("application/*;q=0, */*", HTML),
        ("application/*;q=0, text/html;q=0, */*", CSV),
        ("text/html;q=0, text/*", CSV),
        ("*/*;q=0, text/csv", CSV),
        ("*/*;q=0, application/json", JSON),
    ],
)
def test_zero_weight_excludes_a_type_with_alternatives(header: str, chosen: int) -> None:
    assert choose_offer(header, OFFERS) == chosen


@pytest.mark.parametrize("header", ["application/geo+json;q=0", "image/png", "*/*;q=0", "text/html;q=abc", ",;q=1,"])
def test_default_is_sent_where_nothing_is_acceptable(header: str) -> None:
    assert choose_offer(header, OFFERS) == JSON


async def test_items_without_geojson_are_a_page(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{POINTS}?limit=1", headers={"Accept": "application/geo+json;q=0, */*;q=0.5"})
    assert response.headers["content-type"] == "text/html; charset=utf-8"


async def test_geojson_items_have_one_etag(tagging: httpx.AsyncClient) -> None:
    answers = [await tagging.get(f"{POINTS}?limit=2", headers={"Accept": text}) for text in TEXTS_FOR_JSON]
    assert len({each.headers["etag"] for each in answers}) == 1
    tag = answers[0].headers["etag"]
    for text in TEXTS_FOR_JSON:
        response = await tagging.get(f"{POINTS}?limit=2", headers={"Accept": text, "If-None-Match": tag})
        assert response.status_code == 304


@pytest.mark.parametrize("path", PATHS)
async def test_tags_are_equal_where_media_types_are(tagging: httpx.AsyncClient, path: str) -> None:
    """In another order for each half of the texts: this finds a tag that depends on the first request."""
    texts = (*TEXTS_FOR_JSON, "text/html", "text/html, */*;q=0.8", "text/csv", SCHEMA, f"{SCHEMA}, application/json")
    tags: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for text in (*texts, *reversed(texts)):
        response = await tagging.get(path, headers={"Accept": text})
        media_type, tag = response.headers["content-type"], response.headers.get("etag")
        if tag and response.status_code == 200:
            tags.setdefault(media_type, set()).add(tag)
            kinds.setdefault(tag, set()).add(media_type)
    assert all(len(each) == 1 for each in kinds.values()), kinds
    # What is written with an escape is read by the endpoint alone.
    assert "%66" in path or all(len(found) == 1 for found in tags.values()), tags


@pytest.mark.parametrize("path", ["/collections", f"{POINTS}?limit=1", "/statistics", f"{POINTS}/OA-4610"])
async def test_empty_value_of_f_does_not_count(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, params={"f": ["html", ""]}, headers={"Accept": "application/json"})
    assert response.headers["content-type"] == "text/html; charset=utf-8"

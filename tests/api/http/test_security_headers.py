"""The headers by which browsers guard answers, on every answer of the service as it is served."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from helpers.servers.service import Environment, build_environment, get_address, run_service
from starlette.responses import Response

from api.http.content_policy import build_page_policy
from api.http.security_headers import SecurityHeaders
from api.settings import Settings

# Of each kind of answer, and of each way by which one comes.
ADDRESSES = {
    "page": ("GET", "/collections/points-of-entry/items?f=html&limit=1", 200),
    "cached": ("GET", "/collections/points-of-entry/items?limit=1", 200),
    "head": ("HEAD", "/collections", 200),
    "tile": ("GET", "/collections/points-of-entry/tiles/WebMercatorQuad/1/0/1", 200),
    "file": ("GET", "/collections/countries/items?f=csv", 200),
    "workbook": ("GET", "/collections/countries/items?f=xlsx", 200),
    "static": ("GET", "/static/assets/map-page.js", 200),
    "feed": ("GET", "/changes.atom", 200),
    "health": ("GET", "/health/ready", 200),
    "redirect": ("GET", "/collections/points-of-entry/items.geojson", 307),
    "options": ("OPTIONS", "/collections/points-of-entry/items", 204),
    "not found": ("GET", "/no/such/thing", 404),
    "bad parameter": ("GET", "/collections/points-of-entry/items?limit=x", 400),
    "no key": ("GET", "/submissions", 401),
    "not allowed": ("DELETE", "/collections", 405),
    "large post": ("POST", "/submissions", 401),
}


@pytest.fixture(scope="module")
def own(copied: str, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return build_environment(str(tmp_path_factory.mktemp("headers")), DATABASE_URL=copied)


@pytest.fixture(scope="module")
def http(own: Environment) -> Iterator[httpx.Client]:
    with run_service(own), httpx.Client(base_url=get_address(own), timeout=120) as client:
        yield client


@pytest.mark.parametrize("kind", ADDRESSES)
def test_answer_of_every_kind_has_the_headers(http: httpx.Client, kind: str) -> None:
    method, path, status = ADDRESSES[kind]
    answer = http.request(method, path, content=bytes(200_000) if method == "POST" else None)
    assert answer.status_code == status
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    (policy,) = answer.headers.get_list("content-security-policy")
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert ("script-src" in policy) == (kind in {"page", "static"})
    assert ("cross-origin-opener-policy" in answer.headers) == (kind == "page")
    assert "strict-transport-security" not in answer.headers
    assert "cross-origin-resource-policy" not in answer.headers


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("redirect", b"Location"),
        ("cached", b"ETag"),
        ("cached", b"Content-Crs"),
        ("options", b"Allow"),
        ("page", b"Vary"),
    ],
)
def test_names_of_headers_are_written_as_clients_expect(http: httpx.Client, kind: str, name: bytes) -> None:
    """QGIS 3.40 looks for `Location` in just that case, and told of a failure where a point was recorded."""
    method, path, _ = ADDRESSES[kind]
    assert name in [each for each, _ in http.request(method, path).headers.raw]


def test_not_modified_answer_leaves_the_policy_of_the_stored_page(http: httpx.Client) -> None:
    first = http.get("/", headers={"Accept": "text/html"})
    again = http.get("/", headers={"Accept": "text/html", "If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in again.headers


def test_only_the_embedded_map_may_be_framed(http: httpx.Client) -> None:
    policies = {
        path: http.get(path).headers["content-security-policy"]
        for path in ("/map", "/map?embed", "/map?embed=1", "/map?lang=en&embed=", "/office?embed", "/map?country=embed")
    }
    framed = {path for path, policy in policies.items() if "frame-ancestors *" in policy}
    assert framed == {"/map?embed", "/map?embed=1", "/map?lang=en&embed="}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/office", {}),
        ("/collections", {"X-API-Key": "crossings_abcdefgh_x"}),
        ("/collections/points-of-entry/items?limit=1", {"Authorization": "Basic Og=="}),
        ("/collections/points-of-entry/items?limit=1&api_key=x", {}),
        ("/submissions", {"Authorization": "Bearer x"}),
    ],
)
def test_answer_to_an_office_is_stored_nowhere(http: httpx.Client, path: str, headers: dict[str, str]) -> None:
    assert http.get(path, headers=headers).headers["cache-control"] == "no-store"


def test_data_can_be_read_by_pages_of_other_origins(http: httpx.Client) -> None:
    for path in ("/collections/points-of-entry/items?limit=1", "/styles/basemap", "/static/assets/map-page.js"):
        answer = http.get(path, headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["access-control-allow-origin"] == "*"


def test_forwarded_scheme_of_a_trusted_proxy_asks_for_strict_transport(http: httpx.Client) -> None:
    answer = http.get("/", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def answered(given: dict[str, str], **public: Any) -> dict[str, str]:
    """The headers of an answer with the given ones, by a service that is published there."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    with pytest.MonkeyPatch.context() as patch:
        for module in ("security_headers", "content_policy"):
            patch.setattr(f"api.http.{module}.get_settings", lambda: Settings(**public))
        app = SecurityHeaders(Response(headers=given))
        await app({"type": "http", "scheme": "http", "headers": [], "query_string": b""}, receive, send)
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


async def test_service_that_is_published_by_https_asks_for_strict_transport() -> None:
    assert "strict-transport-security" in await answered({}, crossings_public_url="https://example.org")
    assert "strict-transport-security" not in await answered({}, crossings_public_url="http://example.org")


async def test_page_may_read_from_the_public_address() -> None:
    headers = await answered({"content-type": "text/html"}, crossings_public_url="https://example.org:8443/crossings/")
    assert "connect-src 'self' https://example.org:8443;" in headers["content-security-policy"]
    assert "script-src 'self';" in headers["content-security-policy"]


def test_policy_of_pages_allows_nothing_inline_and_no_other_host() -> None:
    assert not re.search(r"unsafe|http|\*", build_page_policy())


def test_foreign_host_is_refused_on_every_path(own: Environment, http: httpx.Client) -> None:
    for path in ("/", "/map", "/static/assets/map-page.js", "/collections", "/no/such/thing"):
        answer = http.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "localhost"})
        assert (answer.status_code, "evil.example" in answer.json()["detail"]) == (400, True)
        assert answer.headers["x-content-type-options"] == "nosniff"
    host, port = "127.0.0.1", int(own["PORT"])
    assert (
        http.get("/", headers={"Host": f"LOCALHOST:{port}"})
        .json()["links"][0]["href"]
        .startswith(f"http://localhost:{port}/")
    )
    for head in (
        b"Host: localhost\r\nHost: localhost\r\n",
        b"",
        b"Host: user@evil\r\n",
        b"Host: " + b"x" * 3000 + b"\r\n",
    ):
        with socket.create_connection((host, port), timeout=60) as line:
            line.sendall(b"GET /collections HTTP/1.1\r\n" + head + b"Connection: close\r\n\r\n")
            assert line.recv(100).startswith(b"HTTP/1.1 400 ")


def test_health_check_by_any_address_is_answered(http: httpx.Client) -> None:
    assert http.get("/health/live", headers={"Host": "10.42.0.17:8000"}).status_code == 200

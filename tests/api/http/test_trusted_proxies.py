"""Requests through a proxy: with the client's own address and host, if the proxy is trusted."""

from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from api.http.guard import TrustedProxies
from api.responses.representation import build_url
from api.server.response_cache.cache_key import build_cache_key
from api.settings import InvalidSetting, get_settings

NAMED = ("10.0.0.0/8", "2001:db8::1")


async def asked(
    headers: dict[str, str], *, named: tuple[str, ...] | None = NAMED, client: str = "10.1.2.3"
) -> dict[str, Any]:
    """Return the client and the links that an application behind the proxies sees."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        seen = {"client": request.client.host if request.client else None, "link": build_url(request, "/x")}
        await JSONResponse(seen)(scope, receive, send)

    transport = httpx.ASGITransport(TrustedProxies(app, named), client=(client, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://inner:8000") as http:
        seen: dict[str, Any] = (await http.get("/x", headers=headers)).json()
        return seen


@pytest.mark.parametrize(
    ("headers", "link"),
    [
        ({"X-Forwarded-Proto": "https"}, "https://inner:8000/x"),
        ({"X-Forwarded-Proto": "https,http"}, "https://inner:8000/x"),
        ({"X-Forwarded-Proto": " HTTPS , http"}, "https://inner:8000/x"),
        ({"X-Forwarded-Proto": "gopher"}, "http://inner:8000/x"),
        ({"X-Forwarded-Host": "maps.example.org"}, "http://maps.example.org/x"),
        ({"X-Forwarded-Host": "maps.example.org, inner"}, "http://maps.example.org/x"),
        ({"X-Forwarded-Prefix": "/crossings"}, "http://inner:8000/crossings/x"),
        ({"X-Forwarded-Prefix": "/a/b/"}, "http://inner:8000/a/b/x"),
        ({"X-Forwarded-Prefix": "/"}, "http://inner:8000/x"),
        ({"X-Forwarded-Prefix": "//evil.example"}, "http://inner:8000/x"),
        ({"X-Forwarded-Prefix": "/<script>"}, "http://inner:8000/x"),
        ({"Forwarded": "for=192.0.2.60;proto=https;host=maps.example.org"}, "https://maps.example.org/x"),
        ({"Forwarded": 'proto="https";host="maps.example.org:8443", for=10.0.0.9'}, "https://maps.example.org:8443/x"),
        ({"Forwarded": "Proto=https", "X-Forwarded-Proto": "http"}, "https://inner:8000/x"),
    ],
)
async def test_links_use_the_public_address(headers: dict[str, str], link: str) -> None:
    assert (await asked(headers))["link"] == link


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ({"X-Forwarded-For": "192.0.2.60"}, "192.0.2.60"),
        ({"X-Forwarded-For": "203.0.113.9, 192.0.2.60, 10.0.0.7"}, "192.0.2.60"),
        ({"X-Forwarded-For": "10.0.0.8, 10.0.0.7"}, "10.0.0.8"),
        ({"X-Forwarded-For": "192.0.2.60:4711"}, "192.0.2.60"),
        ({"Forwarded": 'for="[2001:db8::17]:4711"'}, "2001:db8::17"),
        ({"Forwarded": "for=unknown"}, "10.1.2.3"),
        ({"X-Forwarded-For": "nobody"}, "10.1.2.3"),
        ({}, "10.1.2.3"),
    ],
)
async def test_client_is_the_last_address_before_the_proxies(headers: dict[str, str], client: str) -> None:
    assert (await asked(headers))["client"] == client


EVERYTHING = {
    "X-Forwarded-For": "192.0.2.60",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example",
}


@pytest.mark.parametrize("client", ["192.0.2.1", "2001:db8::2", ""])
async def test_forwarded_headers_of_untrusted_clients_are_ignored(client: str) -> None:
    assert await asked(EVERYTHING, client=client) == {"client": client, "link": "http://inner:8000/x"}


async def test_local_proxy_sets_client_and_scheme_but_no_host() -> None:
    seen = await asked(EVERYTHING, named=None, client="127.0.0.1")
    assert seen == {"client": "192.0.2.60", "link": "https://inner:8000/x"}


async def test_named_proxies_are_all_there_are() -> None:
    assert (await asked(EVERYTHING, client="127.0.0.1"))["link"] == "http://inner:8000/x"


async def test_forwarded_headers_are_read_where_all_are_trusted() -> None:
    seen = await asked({"X-Forwarded-For": "192.0.2.60, 10.0.0.7"}, named=("*",), client="198.51.100.1")
    assert seen["client"] == "192.0.2.60"


@pytest.mark.parametrize("name", ["scheme", "forwarded_prefix"])
def test_cached_responses_are_separate_by_host(name: str) -> None:
    scope = {"path": "/", "query_string": b"", "scheme": "http", "headers": [(b"host", b"localhost")]}
    assert build_cache_key(scope, None)[0] != build_cache_key(scope | {name: "/other"}, None)[0]


@pytest.mark.parametrize("said", ["nowhere", "10.0.0.0/99", "10.0.0.1;10.0.0.2"])
def test_setting_that_names_no_proxy_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", said)
    get_settings.cache_clear()
    with pytest.raises(InvalidSetting, match="FORWARDED_ALLOW_IPS"):
        get_settings()
    get_settings.cache_clear()

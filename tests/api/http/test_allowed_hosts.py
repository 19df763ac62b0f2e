"""Which hosts the service answers for, and what it passes on of them."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from api.exceptions import UserError
from api.http.guard import AllowedHosts, collect_allowed_hosts
from api.responses.representation import build_url
from api.server.response_cache.cache_key import build_cache_key
from api.settings import Settings, get_settings

NONSENSE = (
    b"",
    b"a b",
    b"[::1",
    b"::1",
    b"user@localhost",
    b"localhost/path",
    b"localhost?x",
    b"localhost#x",
    b"localhost\\x",
    b"localhost:",
    b"localhost:0",
    b"localhost:x",
    b"localhost:-1",
    b"localhost:65536",
    b"localhost:8000:8000",
    b"localhost:\xd9\xa1",
    b"localhost,evil.example",
    b"localhost..",
    b"x" * 3000,
    b"<script>",
    b"local\xe9host",
    b"localhost\t",
    b"http://localhost",
)
FOREIGN = (
    b"evil.example",
    b"localhost.evil.example",
    b"evil.localhost",
    b"127.0.0.2",
    b"10.1.2.3:8000",
    b"[::2]",
    b"test",
)


async def asked(
    hosts: Iterable[bytes],
    *,
    names: Iterable[str] = (),
    path: str = "/collections",
    http_version: str = "1.1",
    **scope: Any,
) -> tuple[int, dict[str, Any]]:
    """Return status and document of an application that answers with its scope."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        answer = {"hosts": request.headers.getlist("host"), "link": build_url(request, "/x")}
        await JSONResponse(answer)(scope, receive, send)

    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    request = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": http_version,
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"accept", b"text/html"), *((b"host", host) for host in hosts)],
        "server": ("192.0.2.7", 8000),
        "client": ("192.0.2.8", 1234),
    }
    await AllowedHosts(app, names)(request | scope, receive, send)
    return messages[0]["status"], json.loads(b"".join(message.get("body", b"") for message in messages[1:]))


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        (b"localhost", "localhost"),
        (b"LocalHost:9000", "localhost:9000"),
        (b"localhost:80", "localhost"),
        (b"localhost.", "localhost"),
        (b"127.0.0.1:8000", "127.0.0.1:8000"),
        (b"[::1]:8000", "[::1]:8000"),
        (b"[0:0::1]", "[::1]"),
        (b"192.0.2.7:8000", "192.0.2.7:8000"),
    ],
)
async def test_loopback_and_the_address_connected_to_are_allowed(given: bytes, passed_on: str) -> None:
    status, document = await asked([given])
    assert (status, document["hosts"]) == (200, [passed_on])


@pytest.mark.parametrize("host", [*NONSENSE, *FOREIGN], ids=repr)
async def test_other_hosts_are_refused(host: bytes) -> None:
    status, document = await asked([host])
    assert status == 400
    assert "CROSSINGS_ALLOWED_HOSTS" in document["detail"]
    assert len(document["detail"]) < 500


@pytest.mark.parametrize("hosts", [[], [b"localhost", b"localhost"], [b"localhost", b"evil.example"]], ids=repr)
async def test_request_has_exactly_one_host(hosts: list[bytes]) -> None:
    assert (await asked(hosts))[0] == 400
    assert (await asked(hosts, path="/health/live"))[0] == 400


async def test_old_clients_need_no_host() -> None:
    assert await asked([], http_version="1.0") == (200, {"hosts": [], "link": "http://192.0.2.7:8000/x"})


async def test_names_are_allowed_with_any_port() -> None:
    names = ("crossings.example.org", "[2001:db8::7]")
    for host in (b"Crossings.Example.org", b"crossings.example.org:8443", b"[2001:DB8:0::7]:80"):
        assert (await asked([host], names=names))[0] == 200
    assert (await asked([b"www.crossings.example.org"], names=names))[0] == 400


async def test_default_port_is_that_of_the_scheme() -> None:
    _, document = await asked([b"localhost:443"], scheme="https")
    assert document == {"hosts": ["localhost"], "link": "https://localhost/x"}


async def test_foreign_host_of_a_health_check_is_not_passed_on() -> None:
    _, document = await asked([b"10.1.2.3:8000"], path="/health/live")
    assert document == {"hosts": [], "link": "http://192.0.2.7:8000/x"}
    assert (await asked([b"a b"], path="/health/live"))[0] == 400
    assert (await asked([b"10.1.2.3:8000"], path="/healthy"))[0] == 400


async def test_forwarded_hosts_are_not_read() -> None:
    headers = [(b"host", b"localhost"), (b"x-forwarded-host", b"evil.example"), (b"forwarded", b"host=evil.example")]
    _, document = await asked([], headers=headers)
    assert document["link"] == "http://localhost/x"


def test_names_are_those_of_the_settings() -> None:
    given = {
        "crossings_public_url": "https://Crossings.example.org:8443/mobility",
        "crossings_allowed_hosts": "other.example.org, [2001:DB8:0::7]",
        "host": "10.0.0.5",
    }
    names = collect_allowed_hosts(Settings(**given))  # type: ignore[arg-type]
    assert names == {"crossings.example.org", "other.example.org", "[2001:db8::7]", "10.0.0.5"}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("CROSSINGS_ALLOWED_HOSTS", "http://example.org"),
        ("CROSSINGS_ALLOWED_HOSTS", "example.org:8000"),
        ("CROSSINGS_ALLOWED_HOSTS", "*"),
        ("CROSSINGS_PUBLIC_URL", "mobility.test"),
        ("CROSSINGS_PUBLIC_URL", "https://example.org; script-src *"),
        ("CROSSINGS_PUBLIC_URL", "https://user@example.org"),
        ("CROSSINGS_PUBLIC_URL", "https://example.org/?x"),
        ("CROSSINGS_SECRET", "short-but-not-shown"),
    ],
)
def test_setting_that_cannot_be_used_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    monkeypatch.setenv(setting, value)
    get_settings.cache_clear()
    with pytest.raises(UserError, match=setting) as refused:
        get_settings()
    assert value not in str(refused.value)
    monkeypatch.undo()
    get_settings.cache_clear()


async def test_key_of_an_answer_has_no_host_where_links_do_not_repeat_it(monkeypatch: pytest.MonkeyPatch) -> None:

    def key(host: bytes) -> object:
        scope = {"path": "/", "query_string": b"", "scheme": "http", "headers": [(b"host", host), (b"accept", b"*/*")]}
        return build_cache_key(scope, None)

    assert key(b"localhost:1") != key(b"localhost:2")
    monkeypatch.setattr(
        "api.server.response_cache.cache_key.get_settings", lambda: Settings(crossings_public_url="https://example.org")
    )
    assert key(b"localhost:1") == key(b"localhost:2")

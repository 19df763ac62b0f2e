"""The shorter way gives what the longer one gives."""

import httpx
import pytest
from helpers.http import POINTS
from sqlalchemy.ext.asyncio import AsyncEngine

from api.main import FAST_ROUTES, create_app
from api.server.fast_routes import FastRouter

TILES = "/collections/points-of-entry/tiles"
PATHS = [
    f"{TILES}/WebMercatorQuad/4/5/9?datetime=2020-05-03",
    f"{TILES}/4/9/5.geojson",
    f"{TILES}/4/9/5.png",
    f"{TILES}/WebMercatorQuad/4/5/x",
    f"{TILES}/WebMercatorQuad/4/5/99",
    f"{POINTS}?country=SRB&datetime=2020-05-03&as_known_at=2099-01-01",
    f"{POINTS}?country=SRB&f=html&datetime=2020-05-03&as_known_at=2099-01-01",
    f"{POINTS}?country=XXX",
    f"{POINTS}?countri=SRB",
    "/collections/nothing/items",
    f"{POINTS}/OA-2104?datetime=2020-05-03",
    f"{POINTS}/NOT-THERE?datetime=2020-05-03&as_known_at=2020-05-03",
    "/points-of-entry/OA-2104/history",
    "/points-of-entry/NOT-THERE/history",
    "/collections",
]


def client_of(app: object) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://test")


def told(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "vary"}


@pytest.mark.parametrize("path", PATHS)
async def test_answer_is_that_of_the_application(shipped_engine: AsyncEngine, path: str) -> None:
    app = create_app(shipped_engine)
    async with client_of(app) as longer, client_of(FastRouter(app, FAST_ROUTES)) as shorter:
        one, other = await longer.get(path), await shorter.get(path)
    assert (other.status_code, other.content) == (one.status_code, one.content)
    # The response cache adds the Vary header.
    assert told(other) == told(one)


async def test_write_requests_skip_the_fast_route(shipped_engine: AsyncEngine) -> None:
    async with client_of(FastRouter(create_app(shipped_engine), FAST_ROUTES)) as client:
        assert (await client.post(POINTS, json={})).status_code == 401

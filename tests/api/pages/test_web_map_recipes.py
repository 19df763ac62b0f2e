"""The recipes of docs/web-maps.md in a real browser: Leaflet and MapLibre draw our tiles, each point once."""

from collections import Counter
from typing import Any

import httpx
import pytest
from helpers.browser import in_a_browser, run_in_browser
from helpers.factories import add_poe
from helpers.http import POINTS
from helpers.servers.service import PATIENCE_S, build_environment, get_address, run_service

from api.database.engine import build_engine

pytestmark = in_a_browser
AT_180_DEGREES = {"EDGE-WEST": -180.0, "EDGE-EAST": 180.0, "EDGE-NEARLY": 179.9999999}
VIEWS = ("serbia", "fiji", "fijiFromTheOtherSide", "serbiaAgain", "deeper")
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def with_points_at_180_degrees(copied: str) -> str:
    engine = build_engine(copied)
    async with engine.begin() as connection:
        for code, longitude in AT_180_DEGREES.items():
            await add_poe(connection, code, longitude, -16.5)
    await engine.dispose()
    return copied


@pytest.fixture(scope="module")
def seen(with_points_at_180_degrees: str, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """What the browser saw, and beside each view what the items have in its box."""
    own = build_environment(str(tmp_path_factory.mktemp("maps")), DATABASE_URL=with_points_at_180_degrees)
    with run_service(own), httpx.Client(base_url=get_address(own), timeout=PATIENCE_S) as client:
        found = run_in_browser("web-maps.mjs", get_address(own))
        for name in VIEWS:
            found[name]["items"] = codes_of(items(client, found[name]["bounds"]))
        found["maplibre"]["items"] = codes_of(items(client, found["maplibre"]["bounds"], region="SEEECA"))
        found["all"] = client.get(POINTS, params={"limit": 1}).json()["numberMatched"]
    return found


def items(client: httpx.Client, bounds: list[float], **asked: str) -> list[Json]:
    west, south, east, north = bounds
    west, east = ((longitude + 180) % 360 - 180 for longitude in (west, east))
    query = {"bbox": f"{west},{south},{east},{north}", "datetime": "2020-04-15", "limit": "10000", **asked}
    features: list[Json] = client.get(POINTS, params=query).raise_for_status().json()["features"]
    return features


def codes_of(features: list[Json]) -> set[str]:
    return {feature["id"] for feature in features}


def drawn(view: Json) -> Counter[str]:
    return Counter(properties["code"] for properties in view["features"])


@pytest.mark.parametrize("view", VIEWS)
def test_leaflet_draws_each_point_of_the_items_once(seen: Json, view: str) -> None:
    assert drawn(seen[view]) == Counter(seen[view]["items"])
    assert seen[view]["items"]


@pytest.mark.parametrize("view", ["fiji", "fijiFromTheOtherSide"])
def test_points_on_both_sides_of_180_degrees_are_drawn_side_by_side(seen: Json, view: str) -> None:
    countries = {properties["country"] for properties in seen[view]["features"]}
    assert set(AT_180_DEGREES) < set(drawn(seen[view]))
    assert {"FJI", "TON", "WLF"} & countries > {"FJI"}


@pytest.mark.parametrize("view", ["world", "halfway"])
def test_counts_of_gathered_points_add_up(seen: Json, view: str) -> None:
    gathered = seen[view]["features"]
    assert sum(properties["points"] for properties in gathered) == seen["all"]
    assert sum(properties["not_assessed"] for properties in gathered) == seen["all"]
    assert len(gathered) < seen["all"] / 4


def test_maplibre_draws_each_point_of_the_items_once(seen: Json) -> None:
    assert drawn(seen["maplibre"]) == Counter(seen["maplibre"]["items"])
    assert seen["maplibre"]["items"]


def test_nothing_fails(seen: Json) -> None:
    assert (seen["errors"], seen["failed"]) == ([], [])


def test_pages_request_no_foreign_host(seen: Json) -> None:
    assert len(seen["hosts"]) == 2

"""Map styles by address: what is in them, and that MapLibre draws with them."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from a_browser import in_a_browser, seen_by
from a_point import say
from a_service import address_of, environment, served
from the_register import codes_where

from api.collections import COLLECTIONS
from api.database import engine_for
from api.representation import STYLE
from api.styles.basemap_layers import Language
from api.symbols import symbols
from api.tiles.layer import drawn_of, groups
from models.register import point_ids

Json = dict[str, Any]
OF_BASEMAP = {
    "countries": {"iso3", "name"},
    "borders": {"iso3", "other_iso3", "disputed"},
    "labels": {"iso3", "name", "rank", *(f"name_{language}" for language in ("en", "fr", "es", "ar"))},
}
ON_A_DAY = {"points-of-entry": "datetime=2020-04-15", "restrictions": "", "countries": "datetime=2020-04-15"}


async def style(client: httpx.AsyncClient, name: str, query: str = "") -> Json:
    response = await client.get(f"/styles/{name}{query}")
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def named(expression: Any) -> set[str]:
    """The properties that an expression looks at."""
    if not isinstance(expression, list):
        return set()
    own = {expression[1]} if expression[:1] in (["get"], ["has"]) else set()
    return own.union(*(named(part) for part in expression))


def properties_of(layer: Json) -> set[str]:
    values = [layer.get("filter"), *layer.get("layout", {}).values(), *layer.get("paint", {}).values()]
    return set().union(*(named(value) for value in values))


async def test_the_styles_are_listed_with_their_addresses(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/styles")).json()["styles"]
    assert [each["id"] for each in listed] == ["basemap", *COLLECTIONS]
    for each in listed:
        answer = await client.get(each["links"][0]["href"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, STYLE)


@pytest.mark.parametrize("name", ["basemap", *COLLECTIONS])
async def test_a_style_looks_only_at_what_the_tiles_have(client: httpx.AsyncClient, name: str) -> None:
    for layer in (await style(client, name))["layers"]:
        if layer["type"] == "background":
            continue
        if layer["source"] == "basemap":
            assert properties_of(layer) <= OF_BASEMAP[layer["source-layer"]]
        else:
            counted = {"points", *groups(), "assessed"}
            assert properties_of(layer) <= {*drawn_of(COLLECTIONS[name]), *counted}


async def test_areas_lie_below_borders_and_names_and_points_above(client: httpx.AsyncClient) -> None:
    areas = [layer["id"] for layer in (await style(client, "countries"))["layers"]]
    points = [layer["id"] for layer in (await style(client, "points-of-entry"))["layers"]]
    assert areas.index("countries") < areas.index("borders") < areas.index("names")
    assert points.index("names") < points.index("points-of-entry")


async def test_disputed_borders_are_dashed_and_others_are_not(client: httpx.AsyncClient) -> None:
    layers = {layer["id"]: layer for layer in (await style(client, "basemap"))["layers"]}
    assert "line-dasharray" in layers["disputed-borders"]["paint"]
    assert "line-dasharray" not in layers["borders"]["paint"]


async def test_the_colours_are_those_of_the_symbols(client: httpx.AsyncClient) -> None:
    layers = {layer["id"]: layer for layer in (await style(client, "points-of-entry"))["layers"]}
    colours = json.dumps(layers["points-of-entry"]["paint"]["circle-color"])
    assert all(group.colour in colours for group in symbols().status_groups)


async def test_the_filters_and_clocks_of_a_style_are_those_of_its_tiles(client: httpx.AsyncClient) -> None:
    found = await style(client, "points-of-entry", "?country=SRB&datetime=2020-04-15&lang=fr")
    (tiles,) = found["sources"]["points-of-entry"]["tiles"]
    asked = parse_qs(urlsplit(tiles).query)
    assert (asked["country"], asked["datetime"]) == (["SRB"], ["2020-04-15"])
    assert "as_known_at" in asked
    assert "lang" not in asked
    tile = await client.get(tiles.format(z=7, x=71, y=46))
    assert tile.status_code == 200


@pytest.mark.parametrize("language", Language.__args__)
async def test_names_are_in_the_language_that_is_asked_for(client: httpx.AsyncClient, language: str) -> None:
    layers = {layer["id"]: layer for layer in (await style(client, "basemap", f"?lang={language}"))["layers"]}
    assert f"name_{language}" in named(layers["names"]["layout"]["text-field"])


@pytest.mark.parametrize(
    ("path", "status", "named_in_it"),
    [
        ("nowhere", 404, "basemap"),
        ("points-of-entry?nonsense=1", 400, "nonsense"),
        ("points-of-entry?country=XXX", 400, "XXX"),
        ("points-of-entry?limit=5", 400, "limit"),
        ("basemap?lang=de", 400, "lang"),
        ("basemap?country=SRB", 400, "country"),
    ],
)
async def test_what_a_style_cannot_be_asked_by_is_refused(
    client: httpx.AsyncClient, path: str, status: int, named_in_it: str
) -> None:
    answer = await client.get(f"/styles/{path}")
    assert answer.status_code == status
    assert named_in_it in answer.text


async def test_a_style_that_a_client_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/styles/basemap")
    again = await client.get("/styles/basemap", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("letters", ["0-255", "1536-1791", "65280-65535"])
async def test_the_letters_of_labels_are_served_here(client: httpx.AsyncClient, letters: str) -> None:
    glyphs = (await style(client, "basemap"))["glyphs"].format(fontstack="Noto%20Sans%20Regular", range=letters)
    answer = await client.get(glyphs)
    assert answer.status_code == 200
    assert b"Noto Sans Regular" in answer.content


@pytest.fixture(scope="module")
async def drawn(copied: str, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """What MapLibre drew with each style around Serbia, whose points are open."""
    engine = engine_for(copied)
    async with engine.begin() as connection:
        for number in (await point_ids(connection, sorted(codes_where(country_iso3="SRB")))).values():
            await say(connection, number, "open", "01-10")
    await engine.dispose()
    own = environment(str(tmp_path_factory.mktemp("styles")), DATABASE_URL=copied)
    paths = ["/styles/basemap?lang=ar", *(f"/styles/{name}?{query}" for name, query in ON_A_DAY.items())]
    with served(own):
        return seen_by("styles.mjs", address_of(own), json.dumps(paths))


@in_a_browser
class TestInABrowser:
    def test_nothing_fails_and_no_other_host_is_asked(self, drawn: Json) -> None:
        assert (drawn["errors"], drawn["failed"], len(drawn["hosts"])) == ([], [], 1)

    def test_every_style_keeps_to_the_specification(self, drawn: Json) -> None:
        assert [fault for found in drawn["styles"].values() for fault in found["faults"]] == []

    def test_names_and_borders_are_drawn(self, drawn: Json) -> None:
        for found in drawn["styles"].values():
            assert {"land", "coasts", "borders", "disputed-borders", "names"} <= found["drawn"].keys()

    @pytest.mark.parametrize("name", ON_A_DAY)
    def test_the_features_of_the_collection_are_drawn(self, drawn: Json, name: str) -> None:
        (found,) = (each for path, each in drawn["styles"].items() if path.startswith(f"/styles/{name}?"))
        assert found["drawn"].get(name, 0) > 0

"""Map styles by address: what is in them, and that MapLibre draws with them."""

import itertools
import json
from operator import eq, ge, gt, le, ne
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from helpers.browser import in_a_browser, run_in_browser
from helpers.factories import record_status
from helpers.servers.service import build_environment, get_address, run_service
from helpers.shipped.register import select_codes

from api.collections.registry import COLLECTIONS
from api.database.engine import build_engine
from api.responses.representation import STYLE
from api.tiles.fields import get_tile_properties, list_groups
from api.tiles.styles.basemap_layers import Language
from api.tiles.symbols import load_symbols
from models.recording.register import fetch_point_ids

Json = dict[str, Any]
OF_BASEMAP = {
    "countries": {"iso3", "name"},
    "borders": {"iso3", "other_iso3", "disputed"},
    "labels": {"iso3", "name", "rank", *(f"name_{language}" for language in ("en", "fr", "es", "ar"))},
    "towns": {"name", "rank", *(f"name_{language}" for language in ("fr", "es", "ar"))},
    **{of: {"name", "rank"} for of in ("lakes", "lake_labels", "rivers", "roads", "railways", "region_borders")},
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


async def test_styles_are_listed_with_their_addresses(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/styles")).json()["styles"]
    assert [each["id"] for each in listed] == ["basemap", *COLLECTIONS]
    for each in listed:
        answer = await client.get(each["links"][0]["href"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, STYLE)


@pytest.mark.parametrize("name", ["basemap", *COLLECTIONS])
async def test_style_looks_only_at_what_the_tiles_have(client: httpx.AsyncClient, name: str) -> None:
    for layer in (await style(client, name))["layers"]:
        if layer["type"] == "background":
            continue
        if layer["source"] == "basemap":
            assert properties_of(layer) <= OF_BASEMAP[layer["source-layer"]]
        else:
            counted = {"points", *list_groups(), "assessed"}
            assert properties_of(layer) <= {*get_tile_properties(COLLECTIONS[name]), *counted}


async def test_areas_lie_below_borders_and_names_and_points_above(client: httpx.AsyncClient) -> None:
    areas = [layer["id"] for layer in (await style(client, "countries"))["layers"]]
    points = [layer["id"] for layer in (await style(client, "points-of-entry"))["layers"]]
    assert areas.index("countries") < areas.index("borders") < areas.index("names")
    assert points.index("names") < points.index("points-of-entry-not_assessed")
    assert areas[areas.index("countries") + 1] == "lakes"


async def test_names_of_towns_leave_room_for_the_symbol_of_an_airport(client: httpx.AsyncClient) -> None:
    layers = {layer["id"]: layer for layer in (await style(client, "basemap"))["layers"]}
    layout = layers["town-names"]["layout"]
    assert (layout["text-radial-offset"], len(layout["text-variable-anchor"])) == (0.8, 4)


async def test_basemap_has_its_attribution(client: httpx.AsyncClient) -> None:
    attribution = (await style(client, "basemap"))["sources"]["basemap"]["attribution"]
    assert attribution.startswith("Made with Natural Earth. Place names: GeoNames (CC BY 4.0).")


async def test_disputed_borders_are_dashed_and_others_are_not(client: httpx.AsyncClient) -> None:
    layers = {layer["id"]: layer for layer in (await style(client, "basemap"))["layers"]}
    assert "line-dasharray" in layers["disputed-borders"]["paint"]
    assert "line-dasharray" not in layers["borders"]["paint"]


POINTS_OF = [name for name, collection in COLLECTIONS.items() if collection.geometry == "Point"]


@pytest.mark.parametrize("name", POINTS_OF)
async def test_circles_have_constant_colours_which_qgis_can_read(client: httpx.AsyncClient, name: str) -> None:
    circles = [layer for layer in (await style(client, name))["layers"] if layer["type"] == "circle"]
    colours = {layer["id"]: layer["paint"]["circle-color"] for layer in circles}
    for group in load_symbols().status_groups:
        assert colours[f"{name}-{group.value}"] == colours[f"{name}-gathered-{group.value}"] == group.colour
    assert colours[f"{name}-gathered-not_assessed"] == load_symbols().not_assessed.colour
    lines = {layer["id"]: layer["paint"]["circle-stroke-color"] for layer in circles}
    for group in load_symbols().status_groups:
        assert lines[f"{name}-{group.value}"] == lines[f"{name}-gathered-{group.value}"] == group.line
    assert lines[f"{name}-not_assessed"] == lines[f"{name}-gathered-not_assessed"] == load_symbols().not_assessed.line


def value_of(expression: Any, properties: Json) -> Any:
    """The value of one of the few expressions that filters of circles are made of."""
    if not isinstance(expression, list):
        return expression
    operator, *parts = expression
    if operator in {"get", "has"}:
        return properties.get(parts[0]) if operator == "get" else parts[0] in properties
    if operator in {"all", "any"}:
        return {"all": all, "any": any}[operator](value_of(part, properties) for part in parts)
    values = [value_of(part, properties) for part in parts]
    if operator == "!":
        return not values[0]
    compare = {"==": eq, "!=": ne, ">": gt, ">=": ge, "<=": le}[operator]
    return compare(*values)


def circles_of(layers: list[Json], properties: Json) -> list[str]:
    return [
        layer["id"].removeprefix("points-of-entry-")
        for layer in layers
        if layer["type"] == "circle" and layer["source"] != "basemap" and value_of(layer["filter"], properties)
    ]


async def test_gathered_points_are_one_circle_of_the_group_of_most(client: httpx.AsyncClient) -> None:
    layers = (await style(client, "points-of-entry"))["layers"]
    weight = {
        name: place for place, name in enumerate(("not_assessed", *(g.value for g in load_symbols().status_groups)))
    }
    for counts in itertools.product((0, 1, 2), repeat=len(weight)):
        found = dict(zip(weight, counts, strict=True))
        most = max(found, key=lambda name: (found[name], weight[name])) if any(counts) else "not_assessed"
        assert circles_of(layers, {"points": sum(counts)} | found) == [f"gathered-{most}"], found


@pytest.mark.parametrize(
    ("properties", "group"),
    [
        ({"assessed": False, "status_group": "unknown"}, "not_assessed"),
        ({"assessed": True, "status_group": "unknown"}, "unknown"),
        ({"assessed": True, "status_group": "fully_closed"}, "fully_closed"),
        ({"status_group": "fully_operational"}, "fully_operational"),
        ({}, "not_assessed"),
    ],
)
async def test_point_is_one_circle_of_its_group(client: httpx.AsyncClient, properties: Json, group: str) -> None:
    assert circles_of((await style(client, "points-of-entry"))["layers"], properties) == [group]


@pytest.mark.parametrize(("assessed_on", "suffix"), [("2020-04-28", "-old"), ("2020-04-29", "")])
async def test_points_assessed_four_weeks_before_are_pale(
    client: httpx.AsyncClient, assessed_on: str, suffix: str
) -> None:
    layers = (await style(client, "points-of-entry", "?datetime=2020-05-26"))["layers"]
    drawn = {layer["id"]: layer.get("paint", {}).get("circle-color") for layer in layers}
    for group in load_symbols().status_groups:
        properties = {"assessed": True, "status_group": group.value, "last_assessed": assessed_on}
        assert circles_of(layers, properties) == [f"{group.value}{suffix}"]
        assert drawn[f"points-of-entry-{group.value}{suffix}"] == (group.tint if suffix else group.colour)


async def test_reports_are_not_pale_without_an_end_day_or_assessment(
    client: httpx.AsyncClient,
) -> None:
    for name, query in (("points-of-entry", "?datetime=2020-04-01/.."), ("changes", "")):
        assert not [layer for layer in (await style(client, name, query))["layers"] if layer["id"].endswith("-old")]


async def test_filters_and_clocks_of_a_style_are_those_of_its_tiles(client: httpx.AsyncClient) -> None:
    found = await style(client, "points-of-entry", "?country=SRB&datetime=2020-04-15&lang=fr")
    (tiles,) = found["sources"]["points-of-entry"]["tiles"]
    asked = parse_qs(urlsplit(tiles).query)
    assert (asked["country"], asked["datetime"]) == (["SRB"], ["2020-04-15"])
    assert "as_known_at" in asked
    assert "lang" not in asked
    tile = await client.get(tiles.format(z=7, x=71, y=46))
    assert tile.status_code == 200


@pytest.mark.parametrize("language", Language.__args__)
async def test_names_are_in_the_requested_language(client: httpx.AsyncClient, language: str) -> None:
    layers = {layer["id"]: layer for layer in (await style(client, "basemap", f"?lang={language}"))["layers"]}
    assert f"name_{language}" in named(layers["names"]["layout"]["text-field"])
    of_towns = {"name"} if language == "en" else {"name", f"name_{language}"}
    assert named(layers["town-names"]["layout"]["text-field"]) == of_towns


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
async def test_unknown_style_parameter_is_refused(
    client: httpx.AsyncClient, path: str, status: int, named_in_it: str
) -> None:
    answer = await client.get(f"/styles/{path}")
    assert answer.status_code == status
    assert named_in_it in answer.text


async def test_style_that_a_client_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/styles/basemap")
    again = await client.get("/styles/basemap", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("letters", ["0-255", "1536-1791", "65280-65535"])
async def test_letters_of_labels_are_served_here(client: httpx.AsyncClient, letters: str) -> None:
    glyphs = (await style(client, "basemap"))["glyphs"].format(fontstack="Noto%20Sans%20Regular", range=letters)
    answer = await client.get(glyphs)
    assert answer.status_code == 200
    assert b"Noto Sans Regular" in answer.content


@pytest.fixture(scope="module")
async def drawn(copied: str, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """What MapLibre drew with each style around Serbia, whose points are open."""
    engine = build_engine(copied)
    async with engine.begin() as connection:
        for number in (await fetch_point_ids(connection, sorted(select_codes(country_iso3="SRB")))).values():
            await record_status(connection, number, "open", "01-10")
    await engine.dispose()
    own = build_environment(str(tmp_path_factory.mktemp("styles")), DATABASE_URL=copied)
    paths = ["/styles/basemap?lang=ar", *(f"/styles/{name}?{query}" for name, query in ON_A_DAY.items())]
    with run_service(own):
        return run_in_browser("styles.mjs", get_address(own), json.dumps(paths))


@in_a_browser
class TestInABrowser:
    def test_styles_load_without_errors_or_other_hosts(self, drawn: Json) -> None:
        assert (drawn["errors"], drawn["failed"], len(drawn["hosts"])) == ([], [], 1)

    def test_every_style_keeps_to_the_specification(self, drawn: Json) -> None:
        assert [fault for found in drawn["styles"].values() for fault in found["faults"]] == []

    def test_names_and_borders_are_drawn(self, drawn: Json) -> None:
        for found in drawn["styles"].values():
            assert {"land", "coasts", "borders", "disputed-borders", "names"} <= found["drawn"].keys()

    def test_towns_and_waters_are_drawn(self, drawn: Json) -> None:
        for found in drawn["styles"].values():
            assert {"towns", "town-names", "lakes", "rivers"} <= found["drawn"].keys()

    @pytest.mark.parametrize("name", ON_A_DAY)
    def test_features_of_the_collection_are_drawn(self, drawn: Json, name: str) -> None:
        (found,) = (each for path, each in drawn["styles"].items() if path.startswith(f"/styles/{name}?"))
        assert sum(count for layer, count in found["drawn"].items() if layer.startswith(name)) > 0

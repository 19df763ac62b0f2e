"""The files for QGIS as files: what stands in them, and how they are served. test_pyqgis.py has QGIS open them."""

import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from helpers.factories import record_status
from helpers.http import find_link, get_json
from helpers.shipped.register import fetch_point_id, select_codes
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.properties import get_default_properties
from api.collections.registry import COLLECTIONS
from api.settings import get_settings
from api.tiles.symbols import load_symbols
from models.codes import get_code_list

PROJECT = "/qgis/crossings.qgz"
WEB = Path(__file__).parents[3] / "web/src"
TRANSPARENT = "0,0,0,0"
COLOUR = re.compile("#[0-9a-fA-F]{3,8}\\b")


async def project(client: httpx.AsyncClient, **headers: str) -> ET.Element:
    response = await client.get(PROJECT, headers=headers)
    assert response.status_code == 200, response.text
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.namelist() == ["crossings.qgs"]
        return ET.fromstring(archive.read("crossings.qgs"))  # noqa: S314 - our own


async def style(client: httpx.AsyncClient, collection: str) -> ET.Element:
    response = await client.get(f"/qgis/{collection}.qml")
    assert response.status_code == 200, response.text
    return ET.fromstring(response.content)  # noqa: S314 - our own


def rgb(colour: str) -> str:
    """A colour as QGIS writes it, opaque."""
    return ",".join(str(part) for part in (*bytes.fromhex(colour[1:]), 255))


def colours(symbol: ET.Element) -> set[str]:
    names = ("color", "outline_color")
    return {option.get("value", "") for option in symbol.iter("Option") if option.get("name") in names}


def shape(symbol: ET.Element) -> str | None:
    return next(option.get("value") for option in symbol.iter("Option") if option.get("name") == "name")


async def test_project_reads_every_collection_from_the_service(client: httpx.AsyncClient) -> None:
    layers = (await project(client)).findall("projectlayers/maplayer")
    sources = [layer.findtext("datasource", "") for layer in layers]
    assert {re.search("typename='([^']+)'", source)[1] for source in sources if source} == set(COLLECTIONS)
    assert all(re.match(r"url='http://test/[?']", source) for source in sources)
    assert {layer.findtext("provider") for layer in layers} == {"OAPIF"}


async def test_project_names_the_public_address_everywhere(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = get_settings().model_copy(update={"crossings_public_url": "https://crossings.example.org/mobility/"})
    monkeypatch.setattr("api.responses.representation.get_settings", lambda: public)
    written = ET.tostring(await project(client), encoding="unicode")
    assert len(re.findall(r"url='https://crossings.example.org/mobility/[?']", written)) == 2 * len(COLLECTIONS)
    assert "http://test" not in written


async def test_host_with_a_quote_does_not_break_out_of_the_source(client: httpx.AsyncClient) -> None:
    layers = (await project(client, host="a'b")).findall("projectlayers/maplayer")
    assert all(layer.findtext("datasource", "").count("'") == 8 for layer in layers)


async def test_no_clock_is_fixed_in_the_project(client: httpx.AsyncClient) -> None:
    sources = [layer.findtext("datasource", "") for layer in (await project(client)).iter("maplayer")]
    assert not [source for source in sources if "datetime=" in source or "as_known_at" in source]


async def test_project_has_points_above_and_countries_below(client: httpx.AsyncClient) -> None:
    tree = (await project(client)).findall("layer-tree-group/layer-tree-layer")
    assert [(layer.get("name"), layer.get("checked")) for layer in tree] == [
        ("Points of entry", "Qt::Checked"),
        ("Changes", "Qt::Unchecked"),
        ("Restrictions", "Qt::Unchecked"),
        ("Countries, territories and areas", "Qt::Checked"),
    ]


async def test_without_a_record_there_are_no_days_to_step_through(client: httpx.AsyncClient) -> None:
    time = (await project(client)).find("ProjectTimeSettings")
    assert time is not None
    assert (time.get("timeStep"), time.get("timeStepUnit")) == ("1", "wk")
    assert time.find("TemporalRange") is None


async def test_days_to_step_through_are_those_of_the_records(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    number = await fetch_point_id(shipped, min(select_codes(country_iso3="FJI")))
    await record_status(shipped, number, "closed", "03-01", "2020-06-01")
    span = (await project(client)).find("ProjectTimeSettings/TemporalRange")
    assert span is not None
    assert (span.findtext("start"), span.findtext("end")) == ("2020-03-01T00:00:00Z", "2020-06-01T00:00:00Z")


@pytest.mark.parametrize("collection", ["points-of-entry", "restrictions", "changes"])
async def test_every_status_group_and_type_has_a_symbol(client: httpx.AsyncClient, collection: str) -> None:
    renderer = (await style(client, collection)).find("renderer-v2")
    assert renderer is not None
    drawings = {symbol.get("name"): symbol for symbol in renderer.iter("symbol")}
    for group in load_symbols().status_groups:
        rule = renderer.find(f".//rule[@label='{group.label}']")
        assert rule is not None
        assert f"'{group.value}'" in rule.get("filter", "")
        for kind, below in zip(load_symbols().poe_types, rule, strict=True):
            drawing = drawings[below.get("symbol")]
            assert (shape(drawing), f"'{kind.value}'" in below.get("filter", "")) == (kind.shape, True)
            assert colours(drawing) - {TRANSPARENT} == {
                rgb(group.colour),
                rgb(group.line),
                rgb(load_symbols().edge.colour),
            }


async def test_old_reports_are_pale_and_dashed_where_it_is_known_when_a_point_was_assessed(
    client: httpx.AsyncClient,
) -> None:
    renderer = (await style(client, "points-of-entry")).find("renderer-v2")
    assert renderer is not None
    for group in load_symbols().status_groups:
        rule = renderer.find(f".//rule[@key='{group.value}.airport']")
        assert rule is not None
        body = renderer.findall(f"symbols/symbol[@name='{rule.get('symbol')}']/layer")[1]
        properties = body.find("data_defined_properties/Option/Option[@name='properties']")
        assert properties is not None
        told = {each.get("name"): each.find("Option[@name='expression']") for each in properties}
        assert set(told) == {"fillColor", "outlineStyle"}
        said = {name: option.get("value", "") for name, option in told.items() if option is not None}
        assert said["fillColor"].endswith(f"to_interval('28 days'), '{group.tint}', '{group.colour}')")
        assert said["outlineStyle"].endswith(", 'dash', 'solid')")
    assert (await style(client, "restrictions")).find(".//data_defined_properties") is None


async def test_closed_point_is_drawn_above_all_others(client: httpx.AsyncClient) -> None:
    renderer = (await style(client, "points-of-entry")).find("renderer-v2")
    assert renderer is not None
    passes = {}
    for rule in renderer.findall("rules/rule"):
        drawing = renderer.find(f"symbols/symbol[@name='{rule[0].get('symbol')}']/layer")
        assert drawing is not None
        passes[rule.get("key")] = int(drawing.get("pass", ""))
    expected = ["not_assessed", *(str(group.value) for group in load_symbols().status_groups)]
    assert sorted(passes, key=passes.__getitem__) == expected


async def test_every_travel_level_has_its_colour(client: httpx.AsyncClient) -> None:
    renderer = (await style(client, "countries")).find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == "international_travel"
    for level in (*load_symbols().travel_levels, load_symbols().no_level):
        category = renderer.find(f"categories/category[@label='{level.label}']")
        assert category is not None
        assert category.get("value") == ("" if level.value is None else str(level.value))
        drawing = renderer.find(f"symbols/symbol[@name='{category.get('symbol')}']")
        assert drawing is not None
        assert rgb(level.colour) in colours(drawing)
        assert (rgb(load_symbols().no_level.hatch) in colours(drawing)) == (level.value is None)


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_fields_are_called_by_their_titles(client: httpx.AsyncClient, collection: str) -> None:
    aliases = {alias.get("field"): alias.get("name") for alias in (await style(client, collection)).iter("alias")}
    assert aliases == {field.name: field.title for field in get_default_properties(COLLECTIONS[collection]).values()}


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_project_has_the_very_style_of_the_collection(client: httpx.AsyncClient, collection: str) -> None:
    layers = (await project(client)).iter("maplayer")
    layer = next(each for each in layers if f"typename='{collection}'" in each.findtext("datasource", ""))
    for part in await style(client, collection):
        # A file has days and no moments, so that its style goes through time in another way.
        if part.tag not in {"layerGeometryType", "temporal"}:
            assert ET.tostring(part) in [ET.tostring(own) for own in layer]


async def test_project_steps_restrictions_by_fields_that_its_address_names(client: httpx.AsyncClient) -> None:
    """QGIS leaves the comparison of fields to the service, and downloads all records for that of an expression."""
    layers = (await project(client)).findall("projectlayers/maplayer")
    ((layer, temporal),) = [(layer, each) for layer in layers for each in layer.findall("temporal")]
    assert (temporal.get("enabled"), temporal.get("mode")) == ("1", "2")
    fields = {temporal.get("startField"), temporal.get("endField")}
    address = httpx.URL(re.search("url='([^']+)'", layer.findtext("datasource", ""))[1])
    assert fields <= set(address.params["properties"].split(","))
    assert set(address.params["properties"].split(",")) - fields == set(
        get_default_properties(COLLECTIONS["restrictions"])
    )
    items = await get_json(client, "/collections/restrictions/items", **dict(address.params))
    assert items["type"] == "FeatureCollection"


async def test_style_of_no_collection_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.get("/qgis/borders.qml")
    assert response.status_code == 404
    assert "borders" in response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "media_type", "name"),
    [
        (PROJECT, "application/x-qgis-project", "crossings.qgz"),
        ("/qgis/restrictions.qml", "application/vnd.qgis.qml", "restrictions.qml"),
    ],
)
async def test_files_for_qgis_are_downloads(client: httpx.AsyncClient, path: str, media_type: str, name: str) -> None:
    for method in ("GET", "HEAD"):
        response = await client.request(method, path)
        assert response.status_code == 200
        assert response.headers["content-type"] == media_type
        assert response.headers["content-disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("path", [PROJECT, "/qgis/points-of-entry.qml", "/symbols"])
async def test_unchanged_file_returns_304(client: httpx.AsyncClient, path: str) -> None:
    etag = (await client.get(path)).headers["etag"]
    again = await client.get(path, headers={"if-none-match": f'"other", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert (await client.get(path, headers={"if-none-match": '"other"'})).status_code == 200


@pytest.mark.parametrize("query", ["f=json", "datetime=2020-04-15"])
async def test_files_for_qgis_refuse_parameters(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"{PROJECT}?{query}")).status_code == 400


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_collection_links_to_its_style(client: httpx.AsyncClient, collection: str) -> None:
    document = await get_json(client, f"/collections/{collection}")
    assert find_link(document, "style") == f"http://test/qgis/{collection}.qml"


async def test_page_of_items_links_to_project_and_style(client: httpx.AsyncClient) -> None:
    page = (await client.get("/collections/restrictions/items?f=html&limit=1")).text
    assert "http://test/qgis/crossings.qgz" in page
    assert "http://test/qgis/restrictions.qml" in page


async def test_symbols_are_served_as_they_are_defined(client: httpx.AsyncClient) -> None:
    response = await client.get("/symbols", headers={"origin": "https://maps.example.org"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.json() == json.loads((WEB.parents[1] / "api/tiles/symbols.json").read_text(encoding="utf-8"))


def test_every_status_group_and_type_is_in_the_definition_with_its_label() -> None:
    for name, categories in (("status_group", load_symbols().status_groups), ("poe_type", load_symbols().poe_types)):
        labels = {item.code: item.labels["en"] for item in get_code_list(name).items}
        assert {category.value: category.label for category in categories} == labels


def test_every_travel_level_is_in_the_definition_with_its_label() -> None:
    labels = {int(item.code): item.labels["en"] for item in get_code_list("international_travel").items}
    expected = {level: f"{level}: {label[0].lower()}{label[1:]}" for level, label in labels.items()}
    assert {level.value: level.label for level in load_symbols().travel_levels} == expected


def test_every_type_has_a_shape_of_its_own() -> None:
    shapes = [kind.shape for kind in load_symbols().poe_types]
    assert len(set(shapes)) == len(shapes)


def test_web_map_has_its_colours_from_the_definition() -> None:
    source = (WEB / "categories.ts").read_text(encoding="utf-8")
    assert "../../api/tiles/symbols.json" in source
    assert not COLOUR.findall(source)

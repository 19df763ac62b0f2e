"""GDAL's driver of vector tiles reads a zoom level of a running service, described by our TileJSON."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from helpers.servers.clients import needs
from helpers.servers.service import PATIENCE_S, build_environment, get_address, run_service
from helpers.shipped.register import Row, read_shipped_register, select_codes, select_codes_within

pytestmark = needs("ogrinfo")
LAYER = "points-of-entry"
SERBIA_AND_AROUND = (18.8, 42.2, 23.1, 46.2)
OGR_TYPES = {"String": "String", "Number": "Real", "Boolean": "Integer(Boolean)"}
# A tile is 4,096 units wide.
UNITS = 4096
Properties = dict[str, Any]


@pytest.fixture(scope="module")
def collection(copied: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the points of entry in a service started as its users start it."""
    own = build_environment(str(tmp_path_factory.mktemp("tiles")), DATABASE_URL=copied)
    with run_service(own):
        yield f"{get_address(own)}/collections/{LAYER}"


def tiles(collection: str, z: int) -> list[str]:
    """What a zoom level is called on the command line of GDAL's programs."""
    return [f"MVT:{collection}/tiles/{z}", LAYER, "-oo", f"METADATA_FILE={collection}/tilejson"]


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-500:]
    return done.stdout


def read(collection: str, z: int, *arguments: str) -> list[Properties]:
    """The features of the zoom level, each with its place in degrees."""
    output = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", "-t_srs", "EPSG:4326"]
    found = json.loads(run(*output, *tiles(collection, z), *arguments))["features"]
    return [feature["properties"] | {"place": feature["geometry"]["coordinates"]} for feature in found]


def in_box(collection: str, z: int) -> dict[str, Properties]:
    """What GDAL reads of the box, by code."""
    box = [str(side) for side in SERBIA_AND_AROUND]
    points = read(collection, z, "-spat_srs", "EPSG:4326", "-spat", *box)
    found = {properties["code"]: properties for properties in points}
    assert len(found) == len(points)
    return found


def row_of(code: str) -> Row:
    return next(row for row in read_shipped_register() if row["poe_id"] == code)


@pytest.mark.parametrize("z", [2, 6])
def test_layer_and_the_types_of_its_fields_are_those_of_the_tilejson(collection: str, z: int) -> None:
    (layer,) = httpx.get(f"{collection}/tilejson", timeout=PATIENCE_S).json()["vector_layers"]
    described = run("ogrinfo", "-ro", "-so", *tiles(collection, z))
    assert f"Layer name: {layer['id']}\n" in described
    fields = dict(re.findall(r"^(\w+): (\S+) \(\d+\.\d+\)$", described, re.MULTILINE))
    assert fields.pop("mvt_id") == "Integer64"
    assert fields == {name: OGR_TYPES[kind] for name, kind in layer["fields"].items()}


@pytest.mark.parametrize("z", [4, 6])
def test_points_of_a_box_are_those_of_the_register_once_each(collection: str, z: int) -> None:
    assert set(in_box(collection, z)) == select_codes_within(*SERBIA_AND_AROUND) != set()


@pytest.mark.parametrize("z", [4, 6])
def test_point_stands_where_the_register_has_it_as_finely_as_the_tiles_are(collection: str, z: int) -> None:
    half_a_unit = 360 / (1 << z) / UNITS / 2
    for code, properties in in_box(collection, z).items():
        longitude, latitude = properties["place"]
        assert longitude == pytest.approx(float(row_of(code)["lon"]), abs=half_a_unit * 1.001)
        assert latitude == pytest.approx(float(row_of(code)["lat"]), abs=half_a_unit * 1.001)


def test_fields_of_a_point_are_those_of_the_register(collection: str) -> None:
    for code, properties in in_box(collection, 6).items():
        row = row_of(code)
        assert (properties["name"], properties["poe_type"]) == (row["name"], row["poe_type"])
        assert (properties["country"], properties.get("iata") or "") == (row["country_iso3"], row["iata"])
        assert (properties["operational_status"], properties["assessed"]) == ("unknown", False)


def test_whole_world_has_every_point_of_the_register(collection: str) -> None:
    assert {properties["code"] for properties in read(collection, 4)} == {
        row["poe_id"] for row in read_shipped_register()
    }


def test_condition_finds_the_points_of_a_country(collection: str) -> None:
    found = {properties["code"] for properties in read(collection, 4, "-where", "country = 'SRB'")}
    assert found == select_codes(country_iso3="SRB")

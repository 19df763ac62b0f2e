"""GDAL, and with it GeoPandas and R: its OGC API - Features driver reads everything from the running service."""

import datetime as dt
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyogrio
import pytest
from helpers.factories import record_status
from helpers.servers.clients import needs
from helpers.servers.service import PATIENCE_S, build_environment, get_address, run_service
from helpers.shipped.register import read_shipped_countries, read_shipped_register, select_codes

from api.collections.properties import get_default_properties
from api.collections.registry import COLLECTIONS
from api.database.engine import build_engine
from models.recording.register import fetch_point_ids

pytestmark = needs("ogrinfo")
FIJI = sorted(select_codes(country_iso3="FJI"))


@pytest.fixture(scope="module")
async def restricted(copied: str) -> str:
    """The same, with all of Fiji's points closed, and one of them open again a week later."""
    engine = build_engine(copied)
    async with engine.begin() as connection:
        points = await fetch_point_ids(connection, FIJI)
        for code in FIJI:
            await record_status(connection, points[code], "closed", "03-01", "2021-03-01")
        await record_status(connection, points[FIJI[0]], "open", "03-08")
    await engine.dispose()
    return copied


@pytest.fixture(scope="module")
def service(restricted: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the service, started as its users start it."""
    told = build_environment(str(tmp_path_factory.mktemp("data")), DATABASE_URL=restricted)
    with run_service(told):
        yield get_address(told)


def ogrinfo(service: str, *arguments: str) -> str:
    """What ogrinfo prints about the service; a warning of its driver is a failure."""
    command = ["ogrinfo", "-ro", f"OAPIF:{service}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-500:]
    return done.stdout


def features(service: str, layer: str, *arguments: str) -> list[dict[str, Any]]:
    """The features of the layer as GDAL reads them, by way of its own GeoJSON."""
    # Left to itself GDAL 3.6 asks for ten at a time.
    source = ["-oo", "PAGE_SIZE=1000", f"OAPIF:{service}", layer]
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", *source, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(done.stdout)["features"]
    return found


def test_gdal_lists_the_collections(service: str) -> None:
    listed = ogrinfo(service)
    for layer in ("points-of-entry", "restrictions", "changes", "countries"):
        assert f": {layer} " in listed


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        ("points-of-entry", len(read_shipped_register())),
        ("restrictions", len(FIJI) + 1),
        ("countries", len(read_shipped_countries())),
    ],
)
def test_gdal_counts_the_features_that_there_are(service: str, layer: str, count: int) -> None:
    assert f"Feature Count: {count}\n" in ogrinfo(service, "-so", layer)


def test_gdal_reads_every_point_once(service: str) -> None:
    read = [feature["properties"]["code"] for feature in features(service, "points-of-entry")]
    assert len(read) == len(set(read))
    assert set(read) == {row["poe_id"] for row in read_shipped_register()}


def test_gdal_reads_every_country_once(service: str) -> None:
    listed = ogrinfo(service, "-q", "-geom=NO", "-oo", "PAGE_SIZE=1000", "countries")
    read = re.findall(r"^  iso3 \(String\) = (\w+)$", listed, re.MULTILINE)
    assert sorted(read) == sorted(row["iso3"] for row in read_shipped_countries())


def test_gdal_reads_every_restriction_with_its_days(service: str) -> None:
    read = [feature["properties"] for feature in features(service, "restrictions")]
    spans = {(it["code"], it["operational_status"], it["valid_from"], it["valid_to"]) for it in read}
    closed = {(code, "closed", "2020-03-01", "2021-03-01") for code in FIJI[1:]}
    assert spans == closed | {(FIJI[0], "closed", "2020-03-01", "2020-03-08"), (FIJI[0], "open", "2020-03-08", None)}


def test_gdal_follows_next_links(service: str) -> None:
    assert ogrinfo(service, "restrictions").count("\nOGRFeature(restrictions):") == len(FIJI) + 1


def test_gdal_knows_days_for_dates(service: str) -> None:
    described = ogrinfo(service, "-so", "restrictions")
    assert "valid_from: Date" in described
    assert "valid_to: Date" in described


def test_gdal_knows_the_kind_of_geometry_of_each_layer(service: str) -> None:
    for layer, geometry in (("points-of-entry", "Point"), ("restrictions", "Point"), ("countries", "Multi Polygon")):
        assert f"Geometry: {geometry}\n" in ogrinfo(service, "-so", layer)


def test_gdal_knows_how_far_the_points_reach(service: str) -> None:
    assert "Extent: (-179.876999, -77.850000) - (179.951004, 78.916700)" in ogrinfo(service, "-so", "points-of-entry")


def test_gdal_requests_a_bbox(service: str) -> None:
    read = features(service, "points-of-entry", "-spat", "177", "-19", "179", "-17", "-where", "country = 'FJI'")
    expected = [
        row
        for row in read_shipped_register()
        if row["poe_id"] in FIJI and 177 <= float(row["lon"]) <= 179 and -19 <= float(row["lat"]) <= -17
    ]
    assert len(read) == len(expected) > 0


def test_gdal_requests_a_country(service: str) -> None:
    read = features(service, "points-of-entry", "-where", "country = 'SRB'")
    assert {feature["properties"]["code"] for feature in read} == select_codes(country_iso3="SRB")


def test_head_over_the_wire_has_headers_and_no_body(service: str) -> None:
    for path in ("/", "/collections/points-of-entry/items", "/collections/points-of-entry/items?limit=10000"):
        head = httpx.head(f"{service}{path}")
        assert (head.status_code, head.content) == (200, b"")


def test_running_service_writes_its_own_address(service: str) -> None:
    links = httpx.get(f"{service}/collections/points-of-entry/items").json()["links"]
    assert all(link["href"].startswith(f"{service}/") for link in links)


@pytest.mark.parametrize("layer", ["points-of-entry", "restrictions", "countries"])
def test_geopackage_made_by_gdal_keeps_every_feature_and_value(service: str, layer: str, tmp_path: Path) -> None:
    """There and back again: by way of OAPIF into a GeoPackage, and out of it as GeoJSON."""
    package, back = tmp_path / "layer.gpkg", tmp_path / "back.geojson"
    source = ["-oo", "PAGE_SIZE=1000", f"OAPIF:{service}", layer]
    for arguments in (["-f", "GPKG", str(package), *source], ["-f", "GeoJSON", str(back), str(package)]):
        done = subprocess.run(["ogr2ogr", *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
    address: str | None = f"{service}/collections/{layer}/items?limit=10000"
    served_ones = []
    while address:
        page = httpx.get(address, timeout=PATIENCE_S).json()
        served_ones += page["features"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    kept = [feature["properties"] for feature in json.loads(back.read_text())["features"]]
    assert len(kept) == len(served_ones)
    key = {"points-of-entry": "code", "restrictions": "record", "countries": "iso3"}[layer]
    by_key = {row[key]: row for row in kept}
    for feature in served_ones:
        row = by_key[feature["properties"][key]]
        for name, value in feature["properties"].items():
            assert as_said(row[name], value) == value, (row[key], name)


def as_said(found: Any, said: Any) -> Any:
    """What GeoPackage has for a value that it has no type for: a list is "(2:a,b)", a moment is to the millisecond."""
    if isinstance(said, list) and isinstance(found, str):
        return [each for each in found.partition(":")[2].removesuffix(")").split(",") if each]
    if isinstance(said, bool) and found in (0, 1):
        return bool(found)
    if isinstance(said, str) and re.match(r"\d{4}-\d\d-\d\dT", said) and isinstance(found, str):
        moments = [dt.datetime.fromisoformat(text.replace("/", "-")) for text in (found, said)]
        return said if abs(moments[0] - moments[1]) < dt.timedelta(milliseconds=1) else found
    return found


GDAL_TYPES = {
    "string": "String", "integer": "Integer", "number": "Real", "boolean": "Integer(Boolean)",
    "date": "Date", "date-time": "DateTime", "strings": "StringList",
}  # fmt: skip


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_gdal_knows_the_type_of_every_field_also_where_the_first_rows_have_no_value(service: str, layer: str) -> None:
    listed = ogrinfo(service, "-so", layer)
    for field in get_default_properties(COLLECTIONS[layer]).values():
        assert f"\n{field.name}: {GDAL_TYPES[field.kind]} (" in listed


# Conditions in OGR's SQL, and the same in CQL2, which the service answers by itself.
CONDITIONS = [
    ("points-of-entry", "last_assessed < '2020/08/01'", "last_assessed < DATE('2020-08-01')"),
    ("points-of-entry", "last_assessed < '2020/08/01 00:00:00'", "last_assessed < DATE('2020-08-01')"),
    ("restrictions", "valid_from >= '2020/03/08'", "valid_from >= DATE('2020-03-08')"),
    ("restrictions", "valid_to > '2020/03/08 00:00:00'", "valid_to > DATE('2020-03-08')"),
    ("restrictions", "recorded_from >= '2020/01/01 00:00:00'", "recorded_from >= TIMESTAMP('2020-01-01T00:00:00Z')"),
    ("restrictions", "recorded_from < '2020/01/01 00:00:00'", "recorded_from < TIMESTAMP('2020-01-01T00:00:00Z')"),
    ("points-of-entry", "is_poe = 1 AND country = 'FJI'", "is_poe = true AND country = 'FJI'"),
    ("points-of-entry", "is_poe = 0 AND country = 'FJI'", "is_poe = false AND country = 'FJI'"),
    ("points-of-entry", "name LIKE 'Na%' AND country = 'FJI'", "name LIKE 'Na%' AND country = 'FJI'"),
    ("countries", "poe_count >= 100", "poe_count >= 100"),
    ("countries", "poe_count >= 100 AND iso3 <> 'USA'", "poe_count >= 100 AND iso3 <> 'USA'"),
]


def asked_by_filter(service: str, layer: str, condition: str) -> int:
    query = {"filter": condition, "limit": 1}
    found: int = httpx.get(f"{service}/collections/{layer}/items", params=query, timeout=PATIENCE_S).json()[
        "numberMatched"
    ]
    return found


@pytest.mark.parametrize(("layer", "where", "condition"), CONDITIONS)
def test_gdal_pushes_down_a_condition(service: str, layer: str, where: str, condition: str) -> None:
    assert len(features(service, layer, "-where", where)) == asked_by_filter(service, layer, condition)


@pytest.mark.parametrize(("layer", "where", "condition"), CONDITIONS)
def test_newer_gdal_pushes_down_a_condition(service: str, layer: str, where: str, condition: str) -> None:
    _, table = pyogrio.read_arrow(f"OAPIF:{service}", layer=layer, where=where, PAGE_SIZE="1000")
    assert len(table) == asked_by_filter(service, layer, condition)


def test_gdal_gets_a_feature_by_its_id(service: str) -> None:
    first = features(service, "restrictions")[0]["properties"]
    assert f"code (String) = {first['code']}" in ogrinfo(service, "restrictions", "-fid", str(first["record"]))
    (found,) = features(service, "points-of-entry", "-where", f"id = '{FIJI[0]}'")
    assert found["properties"]["code"] == FIJI[0]


ON_A_DAY = "datetime=2020-03-05&country=FJI"


@pytest.mark.parametrize("source", ["OAPIF:{}/?", "OAPIF:{}?", "OAPIF_COLLECTION:{}/collections/points-of-entry?"])
def test_gdal_passes_on_day_and_country(service: str, source: str) -> None:
    found = points_from(source.format(service) + ON_A_DAY)
    assert {(point["country"], point["operational_status"]) for point in found} == {("FJI", "closed")}
    assert len(found) == len(FIJI)


def test_gdal_counts_the_features_of_the_day_and_country_of_its_address(service: str) -> None:
    command = ["ogrinfo", "-ro", "-so", f"OAPIF_COLLECTION:{service}/collections/points-of-entry?{ON_A_DAY}", "-al"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Feature Count: {len(FIJI)}\n" in done.stdout


@pytest.mark.parametrize("source", ["OAPIF:{}/?", "OAPIF_COLLECTION:{}/collections/points-of-entry?"])
def test_newer_gdal_passes_on_day_and_country(service: str, source: str) -> None:
    read = pyogrio.raw.read(source.format(service) + ON_A_DAY, layer="points-of-entry", read_geometry=False)
    names = list(read[0]["fields"])
    assert set(read[3][names.index("operational_status")]) == {"closed"}
    assert len(read[3][0]) == len(FIJI)


def points_from(source: str) -> list[dict[str, Any]]:
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", source, "points-of-entry", "-oo", "PAGE_SIZE=1000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, "")
    return [feature["properties"] for feature in json.loads(done.stdout)["features"]]

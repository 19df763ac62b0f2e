"""KML, zipped Shapefiles and OpenDocument spreadsheets: what of the features they can say."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pyogrio
import pytest
import shapely
from helpers.factories import record_status
from helpers.http import COUNTRIES, POINTS
from helpers.shipped.register import select_codes
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.registry import NOTICE
from api.formats.gdal_writer import shorten_names
from models.recording.register import fetch_point_ids

FIJI = sorted(select_codes(country_iso3="FJI"))
ASKED = {"country": "FJI", "datetime": "2020-04-15"}
LONG = "é" * 300


@pytest.fixture
async def reported(client: httpx.AsyncClient, shipped: AsyncConnection) -> httpx.AsyncClient:
    points = await fetch_point_ids(shipped, FIJI)
    await record_status(shipped, points[FIJI[0]], "closed", "2020-03-01", comment=LONG)
    await record_status(shipped, points[FIJI[1]], "closed", "2020-03-01", comment='=HYPERLINK("http://x")')
    return client


async def file_of(client: httpx.AsyncClient, form: str, path: str = POINTS, **asked: str) -> bytes:
    response = await client.get(path, params=ASKED | {"f": form} | asked)
    assert response.status_code == 200, response.text
    return response.content


async def features(client: httpx.AsyncClient, path: str = POINTS) -> dict[str, dict[str, Any]]:
    response = await client.get(path, params=ASKED | {"limit": "1000"})
    return {each["id"]: each for each in response.json()["features"]}


def read(content: bytes, path: Path) -> tuple[list[dict[str, Any]], list[Any]]:
    """The rows and the places that GDAL finds in the file."""
    path.write_bytes(content)
    meta, _, shapes, columns = pyogrio.raw.read(path)
    rows = [dict(zip(meta["fields"], row, strict=True)) for row in zip(*columns, strict=True)]
    return rows, [shapely.from_wkb(shape) for shape in shapes]


@pytest.mark.parametrize("path", [POINTS, COUNTRIES])
async def test_kml_has_the_features(reported: httpx.AsyncClient, tmp_path: Path, path: str) -> None:
    rows, shapes = read(await file_of(reported, "kml", path), tmp_path / "file.kml")
    expected = await features(reported, path)
    key = "code" if path == POINTS else "iso3"
    assert {row[key] for row in rows} == set(expected)
    for row, shape in zip(rows, shapes, strict=True):
        said = expected[row[key]]
        assert row["Name" if "Name" in row else "name"] == said["properties"]["name"]
        assert shape.equals_exact(shapely.from_geojson(json.dumps(said["geometry"])), 1e-5)


async def test_kml_names_its_source(reported: httpx.AsyncClient) -> None:
    assert NOTICE.encode() in await file_of(reported, "kml")


async def test_shapefile_has_the_features_under_short_names(reported: httpx.AsyncClient, tmp_path: Path) -> None:
    content = await file_of(reported, "shp")
    rows, shapes = read(content, tmp_path / "file.shp.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        fields = {row["field"]: row for row in csv.DictReader(io.StringIO(archive.read("fields.csv").decode()))}
        assert NOTICE in archive.read("about.txt").decode()
    expected = await features(reported)
    assert {fields[name]["name"] for name in rows[0]} == set(next(iter(expected.values()))["properties"])
    for row, shape in zip(rows, shapes, strict=True):
        said = expected[row["code"]]
        assert shape.equals_exact(shapely.from_geojson(json.dumps(said["geometry"])), 1e-9)
        for name in ("name", "poe_type", "operational_status", "country_name"):
            (field,) = [field for field, about in fields.items() if about["name"] == name]
            assert row[field] == said["properties"][name]


async def test_shapefile_lists_truncated_texts(reported: httpx.AsyncClient) -> None:
    with zipfile.ZipFile(io.BytesIO(await file_of(reported, "shp"))) as archive:
        fields = {row["name"]: row for row in csv.DictReader(io.StringIO(archive.read("fields.csv").decode()))}
    assert (fields["comment"]["texts_cut"], fields["name"]["texts_cut"]) == ("1", "0")


async def test_shapefile_is_in_the_requested_crs(reported: httpx.AsyncClient, tmp_path: Path) -> None:
    crs = "http://www.opengis.net/def/crs/EPSG/0/3857"
    _, shapes = read(await file_of(reported, "shp", crs=crs), tmp_path / "file.shp.zip")
    assert pyogrio.read_info(tmp_path / "file.shp.zip")["crs"] == "EPSG:3857"
    assert all(abs(shape.x) > 19_000_000 for shape in shapes)


@pytest.mark.parametrize("form", ["kml", "ods"])
async def test_form_that_cannot_name_its_system_is_refused(reported: httpx.AsyncClient, form: str) -> None:
    asked = ASKED | {"f": form, "crs": "http://www.opengis.net/def/crs/EPSG/0/3857"}
    assert (await reported.get(POINTS, params=asked)).json()["errors"][0]["parameter"] == "crs"


async def test_spreadsheet_has_the_features_and_what_they_mean(reported: httpx.AsyncClient, tmp_path: Path) -> None:
    path = tmp_path / "file.ods"
    path.write_bytes(await file_of(reported, "ods"))
    assert [name for name, _ in pyogrio.list_layers(path)] == ["Data", "Definitions", "About"]
    meta, _, _, columns = pyogrio.raw.read(path, layer="Data")
    expected = await features(reported)
    rows = [dict(zip(meta["fields"], row, strict=True)) for row in zip(*columns, strict=True)]
    assert {row["code"] for row in rows} == set(expected)
    for row in rows:
        said = expected[row["code"]]
        assert (row["name"], row["comment"]) == (said["properties"]["name"], said["properties"]["comment"])
        assert [row["longitude"], row["latitude"]] == pytest.approx(said["geometry"]["coordinates"])


async def test_spreadsheet_runs_no_formula_of_a_text(reported: httpx.AsyncClient) -> None:
    with zipfile.ZipFile(io.BytesIO(await file_of(reported, "ods"))) as archive:
        content = archive.read("content.xml").decode()
    assert "=HYPERLINK(" in content
    assert 'table:formula="of:=HYPERLINK' not in content


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["code", "name"], ["code", "name"]),
        (["operational_status", "operational_hours"], ["operationa", "operation1"]),
        (["abcdefghijX", "abcdefghijY", "abcdefghijZ"], ["abcdefghij", "abcdefghi1", "abcdefghi2"]),
    ],
)
def test_short_names_are_each_once(names: list[str], short: list[str]) -> None:
    assert shorten_names(names) == short

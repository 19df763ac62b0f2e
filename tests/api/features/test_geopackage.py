"""A GeoPackage explains itself: titles, definitions and codes of its columns, and a style that opens with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyogrio
import pytest

from api.collections.properties import get_default_properties
from api.collections.registry import COLLECTIONS
from models.codes import get_code_list


async def package(client: httpx.AsyncClient, directory: Path, collection: str, **asked: str) -> Path:
    response = await client.get(f"/collections/{collection}/items", params={"f": "gpkg", "limit": "5"} | asked)
    assert response.status_code == 200, response.text
    path = directory / "file.gpkg"
    path.write_bytes(response.content)
    return path


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_columns_have_titles_and_definitions(client: httpx.AsyncClient, tmp_path: Path, collection: str) -> None:
    expected = {
        (name, field.title, field.description)
        for name, field in get_default_properties(COLLECTIONS[collection]).items()
    }
    with opened(await package(client, tmp_path, collection)) as database:
        rows = database.execute("SELECT column_name, title, description FROM gpkg_data_columns").fetchall()
        registered = database.execute("SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_schema'")
        assert {"gpkg_data_columns", "gpkg_data_column_constraints"} == {name for (name,) in registered}
    assert set(rows) == expected


async def test_column_of_codes_lists_them_with_their_labels(client: httpx.AsyncClient, tmp_path: Path) -> None:
    with opened(await package(client, tmp_path, "points-of-entry")) as database:
        listed = database.execute(
            "SELECT value, c.description FROM gpkg_data_columns JOIN gpkg_data_column_constraints c"
            " USING (constraint_name) WHERE column_name = 'poe_type' AND constraint_type = 'enum'"
        ).fetchall()
        several = "SELECT constraint_name FROM gpkg_data_columns WHERE column_name = 'measures'"
        assert database.execute(several).fetchall() == [(None,)]
    assert dict(listed) == {item.code: item.labels["en"] for item in get_code_list("poe_type").items}


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_style_of_the_service_is_the_default_style(
    client: httpx.AsyncClient, tmp_path: Path, collection: str
) -> None:
    style = (await client.get(f"/qgis/{collection}.qml")).text
    path = await package(client, tmp_path, collection)
    with opened(path) as database:
        kept = database.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles")
        table = collection.replace("-", "_")
        assert kept.fetchall() == [(table, "geom", style, 1)]
    assert pyogrio.list_layers(path)[0][0] == table


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_table_is_named_without_quotation_marks(
    client: httpx.AsyncClient, tmp_path: Path, collection: str
) -> None:
    path = await package(client, tmp_path, collection)
    table = collection.replace("-", "_")
    with opened(path) as database:
        (features,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
        named = database.execute("SELECT DISTINCT table_name FROM gpkg_data_columns").fetchall()
        (contents,) = database.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchone()
        assert named == [(table,)] == [(contents,)]
    assert features == pyogrio.read_info(path, layer=table)["features"]


@pytest.mark.parametrize("asked", [{"properties": "name"}, {"skipGeometry": "true"}])
async def test_file_without_what_the_style_draws_has_no_style(
    client: httpx.AsyncClient, tmp_path: Path, asked: dict[str, str]
) -> None:
    path = await package(client, tmp_path, "points-of-entry", **asked)
    assert [name for name, _ in pyogrio.list_layers(path)] == ["points_of_entry"]

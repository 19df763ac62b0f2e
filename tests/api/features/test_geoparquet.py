"""GeoParquet 1.1: what lets readers skip what lies elsewhere, boxes of geometries with statistics by group of rows."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import shapely

from api.formats.layer import Column, Layer
from api.formats.parquet_writer import GROUP_BATCHES, write_parquet_file

NAME = Column("name", "string", "Name", "Its name.", "#loc+name")
POINTS = ["POINT (20.309099 44.818401)", "POINT (-179.876999 -17.75)", "POINT (179.951004 78.9167)"]
AREAS = [
    "MULTIPOLYGON (((0 0, 4 0, 4 4.1, 0 4.1, 0 0)))",
    "MULTIPOLYGON (((-180 -17, -179.1 -17, -179.1 -16, -180 -16, -180 -17)), ((177 -19, 180 -19, 180 -16, 177 -19)))",
]
GROUP = GROUP_BATCHES * 1000


def written(path: Path, shapes: Sequence[str | None], geometry: str = "Point", srid: int | None = 4326) -> Path:
    """The file of rows with these geometries, in WKT."""
    hexadecimal = [shape and shapely.to_wkb(shapely.from_wkt(shape), hex=True) for shape in shapes]
    lines = [json.dumps([text, f"place {number}"]) for number, text in enumerate(hexadecimal)]
    layer = Layer("places", "Places", "Some places.", geometry, srid, (NAME,), {"notice": "No opinion."})
    write_parquet_file(iter(lines), layer, path / "places.parquet")
    return path / "places.parquet"


def column_of_geometry(path: Path) -> Any:
    return json.loads(pq.read_schema(path).metadata[b"geo"])["columns"]["geometry"]


@pytest.mark.parametrize(("shapes", "geometry"), [(POINTS, "Point"), (AREAS, "MultiPolygon")])
def test_box_holds_its_geometry_and_hardly_more(tmp_path: Path, shapes: list[str], geometry: str) -> None:
    table = pq.read_table(written(tmp_path, shapes, geometry))
    for box, shape in zip(table.column("bbox").to_pylist(), shapes, strict=True):
        west, south, east, north = shapely.from_wkt(shape).bounds
        assert box["xmin"] <= west
        assert box["ymin"] <= south
        assert box["xmax"] >= east
        assert box["ymax"] >= north
        assert list(box.values()) == pytest.approx([west, south, east, north], abs=2e-5)


def test_file_names_the_box_of_each_row_and_of_all(tmp_path: Path) -> None:
    column = column_of_geometry(written(tmp_path, POINTS))
    assert column["covering"]["bbox"] == {corner: ["bbox", corner] for corner in ("xmin", "ymin", "xmax", "ymax")}
    assert column["bbox"] == [-179.876999, -17.75, 179.951004, 78.9167]


def test_groups_of_rows_have_statistics_of_their_boxes(tmp_path: Path) -> None:
    metadata = pq.read_metadata(written(tmp_path, ["POINT (1 2)"] * GROUP + ["POINT (3 4)"]))
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [GROUP, 1]
    for number, corners in ((0, {"xmin": 1, "ymin": 2}), (1, {"xmax": 3, "ymax": 4})):
        group = metadata.row_group(number)
        columns = [group.column(place) for place in range(metadata.num_columns)]
        found = {column.path_in_schema: column.statistics for column in columns}
        for corner, value in corners.items():
            assert (found[f"bbox.{corner}"].min, found[f"bbox.{corner}"].max) == (value, value)


def test_row_without_a_geometry_has_no_box(tmp_path: Path) -> None:
    path = written(tmp_path, [None, *POINTS])
    assert pq.read_table(path).column("bbox").to_pylist()[0] is None
    assert column_of_geometry(path)["bbox"][0] == -179.876999


@pytest.mark.parametrize("shapes", [[], [None]])
def test_file_without_any_geometry_has_no_extent(tmp_path: Path, shapes: list[str | None]) -> None:
    path = written(tmp_path, shapes)
    assert pq.read_table(path).num_rows == len(shapes)
    assert "bbox" not in column_of_geometry(path)


def test_without_geometry_it_is_plain_parquet(tmp_path: Path) -> None:
    path = written(tmp_path, [None], srid=None)
    assert pq.read_schema(path).names == ["name"]
    assert b"geo" not in pq.read_schema(path).metadata
    assert pq.read_schema(path).metadata[b"notice"] == b"No opinion."

"""Shapefile, zipped with the full names of its fields and its source: a field has a name of ten characters."""

import csv
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyogrio

from api.formats.arrow import GEOMETRY, build_schema, read_batches
from api.formats.gdal_writer import describe_geometry
from api.formats.layer import Layer

MAX_NAME_LENGTH = 10
MAX_TEXT_BYTES = 254
# The earliest time of a zip archive. A fixed time makes equal files from equal features.
ARCHIVE_TIME = (1980, 1, 1, 0, 0, 0)


def write_shapefile(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Write the archive of the Shapefile's files, `fields.csv` and `about.txt`."""
    directory = path.parent / "shapefile"
    directory.mkdir()
    schema = build_schema(layer, lists=False)
    names = shorten_names([column.name for column in layer.columns])
    table = pa.Table.from_batches(read_batches(lines, layer, schema), schema)
    table = table.rename_columns([GEOMETRY, *names] if layer.srid is not None else names)
    pyogrio.write_arrow(
        table,
        directory / f"{layer.name}.shp",
        driver="ESRI Shapefile",
        encoding="UTF-8",
        **describe_geometry(layer),
    )
    _write_fields(directory / "fields.csv", layer, names, table)
    about = [f"{layer.title}: {layer.description}", *(f"{name}: {value}" for name, value in layer.about.items())]
    (directory / "about.txt").write_text("\n".join(about) + "\n", encoding="utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(directory.iterdir()):
            archive.writestr(zipfile.ZipInfo(file.name, ARCHIVE_TIME), file.read_bytes(), zipfile.ZIP_DEFLATED)


def shorten_names(names: Iterable[str]) -> list[str]:
    """Shorten each name to ten characters at most; a name that would repeat another gets a number at its end."""
    short: list[str] = []
    for name in names:
        candidates = (name[: MAX_NAME_LENGTH - len(str(n) * (n > 0))] + str(n) * (n > 0) for n in range(1000))
        short.append(next(each for each in candidates if each not in short))
    return short


def _write_fields(path: Path, layer: Layer, names: list[str], table: pa.Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(("field", "name", "title", "description", "texts_cut"))
        for name, column in zip(names, layer.columns, strict=True):
            texts = table[name].to_pylist() if pa.types.is_string(table[name].type) else []
            cut = sum(len(text.encode()) > MAX_TEXT_BYTES for text in texts if text)
            write((name, column.name, column.title, column.description, cut))

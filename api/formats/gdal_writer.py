"""GeoPackage, FlatGeobuf and KML files, written by GDAL."""

import csv
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyogrio

from api.formats.arrow import GEOMETRY, build_schema, read_batches
from api.formats.layer import Column, Layer

SCHEMA_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"
TABLES = """
    CREATE TABLE gpkg_data_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
        constraint_name TEXT,
        CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name));
    CREATE TABLE gpkg_data_column_constraints (
        constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
        min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
        CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""
STYLES = """
    CREATE TABLE layer_styles (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
        f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
        useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
        update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
    INSERT INTO gpkg_contents (table_name, data_type, identifier, description)
        VALUES ('layer_styles', 'attributes', 'layer_styles', 'Styles for QGIS');
"""


def add_tables(path: Path, layer: Layer) -> None:
    """Add the tables to a file that has the features. A layer without `style` gets no style."""
    with closing(sqlite3.connect(path)) as database, database:
        _add_columns(database, layer)
        if layer.style:
            _add_style(database, layer)


def _add_columns(database: sqlite3.Connection, layer: Layer) -> None:
    database.executescript(TABLES)
    extension = "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')"
    tables = ("gpkg_data_columns", "gpkg_data_column_constraints")
    database.executemany(extension, [(table, SCHEMA_EXTENSION) for table in tables])
    columns = [
        (layer.table, each.name, each.title, each.title, each.description, each.name if _is_code(each) else None)
        for each in layer.columns
    ]
    database.executemany("INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)", columns)
    codes = [(each.name, code, label) for each in layer.columns if _is_code(each) for code, label, _ in each.codes]
    constraint = "INSERT INTO gpkg_data_column_constraints VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)"
    database.executemany(constraint, codes)


def _is_code(column: Column) -> bool:
    """Return whether each value is one code. A list of codes is one text, which the code list does not contain."""
    return bool(column.codes) and column.kind == "string"


def _add_style(database: sqlite3.Connection, layer: Layer) -> None:
    database.executescript(STYLES)
    (geometry,) = database.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()
    database.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
        " styleQML, styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '')",
        (layer.table, geometry, layer.table, layer.style, layer.title),
    )


DRIVERS = {"gpkg": "GPKG", "fgb": "FlatGeobuf", "kml": "LIBKML"}


def write_vector_file(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Write the file in the format of the path's suffix."""
    schema = build_schema(layer, lists=False)
    reader = pa.RecordBatchReader.from_batches(schema, read_batches(lines, layer, schema))
    geopackage = path.suffix == ".gpkg"
    options = OPTIONS[path.suffix[1:]](layer)
    pyogrio.write_arrow(
        reader,
        path,
        layer=layer.table if geopackage else layer.name,
        driver=DRIVERS[path.suffix[1:]],
        geometry_name=GEOMETRY if layer.srid is not None else None,
        geometry_type=layer.geometry if layer.srid is not None else None,
        crs=f"EPSG:{layer.srid}" if layer.srid is not None else None,
        layer_metadata=layer.about if geopackage else None,
        layer_options=options,
    )
    if geopackage:
        add_tables(path, layer)


def _build_geopackage_options(layer: Layer) -> dict[str, str]:
    return {"IDENTIFIER": layer.title, "DESCRIPTION": layer.description}


def _build_kml_options(layer: Layer) -> dict[str, str]:
    about = "; ".join(f"{name}: {value}" for name, value in layer.about.items())
    return {"NAME": layer.title, "DESCRIPTION": f"{layer.description} {about}"}


def _build_flatgeobuf_options(layer: Layer) -> dict[str, str]:
    """Build the options. The header has no field for the conditions, so they follow the description.

    The spatial index takes no feature without geometry.
    """
    about = json.dumps(layer.about, ensure_ascii=False)
    index = {} if layer.srid is not None else {"SPATIAL_INDEX": "NO"}
    return {"TITLE": layer.title, "DESCRIPTION": f"{layer.description} {about}"} | index


OPTIONS: dict[str, Callable[[Layer], dict[str, str]]] = {
    "gpkg": _build_geopackage_options,
    "fgb": _build_flatgeobuf_options,
    "kml": _build_kml_options,
}


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
        geometry_name=GEOMETRY if layer.srid is not None else None,
        geometry_type=layer.geometry if layer.srid is not None else None,
        crs=f"EPSG:{layer.srid}" if layer.srid is not None else None,
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

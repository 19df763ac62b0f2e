"""GeoPackage, with definitions of columns and codes, and a style for QGIS."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from api.formats.gdal_writer import write_vector_file
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


def write_geopackage(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Write the features, then the tables beside them. A layer without `style` gets no style."""
    options = {"IDENTIFIER": layer.title, "DESCRIPTION": layer.description}
    write_vector_file(lines, layer, path, "GPKG", options, name=layer.table, metadata=layer.about)
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

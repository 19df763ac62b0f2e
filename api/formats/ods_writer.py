"""OpenDocument spreadsheet with sheets of the rows, the definitions of columns and codes, and the source."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyogrio

from api.formats.arrow import build_schema, read_batches
from api.formats.layer import Column, Layer
from api.formats.xlsx_writer import iterate_definitions

PLACE = tuple(Column(name, "number", name, "", "") for name in ("longitude", "latitude"))


def write_ods_file(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Write the sheets that an Excel workbook has too."""
    flat = replace(layer, srid=None, columns=(*(PLACE if layer.srid else ()), *layer.columns))
    schema = build_schema(flat, lists=False)
    rows = _strip_geometry(lines, len(flat.columns))
    _add_sheet(path, "Data", pa.Table.from_batches(read_batches(rows, flat, schema), schema))
    _add_sheet(
        path,
        "Definitions",
        _build_text_table(("column", "title", "code", "label", "meaning"), iterate_definitions(layer)),
    )
    _add_sheet(path, "About", _build_text_table(("about", "value"), [("title", layer.title), *layer.about.items()]))


def _strip_geometry(lines: Iterable[str], count: int) -> Iterator[str]:
    """Strip the geometry from rows that have the place in two columns."""
    return (json.dumps([None, *json.loads(line)[-count:]]) for line in lines)


def _build_text_table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)})


def _add_sheet(path: Path, sheet: str, table: pa.Table) -> None:
    """Add the sheet. GDAL would leave out a sheet that has only a heading, so an empty row follows the heading."""
    if table.num_rows == 0:
        table = pa.Table.from_pylist([dict.fromkeys(table.column_names)], table.schema)
    pyogrio.write_arrow(table, path, layer=sheet, driver="ODS", geometry_type=None, append=path.exists())

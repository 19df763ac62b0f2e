"""Arrow record batches of a thousand rows, the input that GDAL and Parquet take."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa

from api.formats.layer import Layer
from api.parameters.value_parsing import PropertyType
from api.values.days import parse_day, parse_moment

BATCH_ROWS = 1000
TYPES: dict[PropertyType, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "date-time": pa.timestamp("us", tz="UTC"),
    "strings": pa.list_(pa.string()),
}
PARSERS: dict[PropertyType, Callable[[Any], Any]] = {"date": parse_day, "date-time": parse_moment}
GEOMETRY = "geometry"


def build_schema(layer: Layer, *, lists: bool) -> pa.Schema:
    """Build the schema of the columns. Without `lists`, which few formats have, a list becomes one text with commas."""
    fields = [pa.field(column.name, _get_arrow_type(column.kind, lists=lists)) for column in layer.columns]
    if layer.srid is None:
        return pa.schema(fields)
    return pa.schema([pa.field(GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}), *fields])


def read_batches(lines: Iterable[str], layer: Layer, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read rows, each a JSON array of the geometry and the properties, as record batches."""
    rows = iter(lines)
    while several := [json.loads(line) for line in islice(rows, BATCH_ROWS)]:
        geometry, *columns = zip(*several, strict=True)
        values = [
            _convert_values(column.kind, given, schema) for column, given in zip(layer.columns, columns, strict=True)
        ]
        if layer.srid is not None:
            values.insert(0, [given and bytes.fromhex(given) for given in geometry])
        arrays = [pa.array(each, field.type) for each, field in zip(values, schema, strict=True)]
        yield pa.record_batch(arrays, schema=schema)


def _get_arrow_type(kind: PropertyType, *, lists: bool) -> pa.DataType:
    return pa.string() if kind == "strings" and not lists else TYPES[kind]


def _convert_values(kind: PropertyType, values: Iterable[Any], schema: pa.Schema) -> list[Any]:
    if kind == "strings" and not any(pa.types.is_list(field.type) for field in schema):
        return [value if value is None else ",".join(value) for value in values]
    read = PARSERS.get(kind)
    return [value if value is None or read is None else read(value) for value in values]

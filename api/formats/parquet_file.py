"""GeoParquet 1.1.0: rows in columns, with the geometry as WKB."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from api.formats.arrow_rows import GEOMETRY, batches, schema_of
from api.formats.layer import Layer


def write_parquet_file(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Its geometry is in CRS84, which is what GeoParquet takes it for where none is named."""
    schema = schema_of(layer, lists=True)
    metadata = {name: value.encode() for name, value in layer.about.items()}
    if layer.srid is not None:
        metadata["geo"] = json.dumps(_geo(layer)).encode()
    described = schema.with_metadata(metadata)
    with pq.ParquetWriter(path, described, compression="zstd") as writer:
        for batch in batches(lines, layer, schema):
            writer.write_batch(batch.replace_schema_metadata(metadata))


def _geo(layer: Layer) -> dict[str, Any]:
    column = {"encoding": "WKB", "geometry_types": [layer.geometry]}
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}

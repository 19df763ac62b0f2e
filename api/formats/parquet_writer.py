"""GeoParquet 1.1.0: rows in columns, with the geometry as WKB and its box beside it.

Readers skip row groups with boxes outside their area, by the statistics of the boxes (`covering`).
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely  # type: ignore[import-untyped]

from api.formats.arrow import GEOMETRY, build_schema, read_batches
from api.formats.layer import Layer

BBOX = "bbox"
CORNERS = ("xmin", "ymin", "xmax", "ymax")
BBOX_TYPE = pa.struct([pa.field(corner, pa.float32()) for corner in CORNERS])
COVERING = {BBOX: {corner: [BBOX, corner] for corner in CORNERS}}
# Batches of a thousand rows. Readers take a group at a time, and its statistics; advised are tens of thousands of rows.
GROUP_BATCHES = 25
Corners = npt.NDArray[np.float64]


def write_parquet_file(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Write the file. Its geometry is in CRS84, the default of GeoParquet.

    Without geometry the file is plain Parquet. Its metadata follow the rows, because only then the extent is complete;
    a schema stored at the beginning would hide the metadata from readers that look for them there.
    """
    schema, about = build_schema(layer, lists=True), dict(layer.about)
    has_geometry = layer.srid is not None
    file_schema = schema.append(pa.field(BBOX, BBOX_TYPE)) if has_geometry else schema
    extent = np.full(len(CORNERS), np.nan)
    with pq.ParquetWriter(path, file_schema, compression="zstd", store_schema=False) as writer:
        for group in _combine_batches(read_batches(lines, layer, schema)):
            table = group
            if has_geometry:
                corners = _compute_corners(group)
                extent = _extend_extent(extent, corners)
                table = group.append_column(BBOX, _build_boxes(corners))
            writer.write_table(table, row_group_size=len(table))
        if has_geometry:
            about["geo"] = json.dumps(_build_geo_metadata(layer, extent))
        writer.add_key_value_metadata(about)


def _combine_batches(parts: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    while group := list(islice(parts, GROUP_BATCHES)):
        yield pa.Table.from_batches(group).combine_chunks()


def _compute_corners(group: pa.Table) -> Corners:
    """Compute west, south, east and north of each geometry; NaN for a row without geometry."""
    geometries = shapely.from_wkb(group.column(GEOMETRY).to_numpy(zero_copy_only=False))
    corners: Corners = shapely.bounds(geometries)
    return corners


def _extend_extent(extent: Corners, corners: Corners) -> Corners:
    """Return the extent, extended by the corners."""
    both = np.vstack([extent, corners])
    both = both[~np.isnan(both[:, 0])]
    return np.concatenate([both[:, :2].min(axis=0), both[:, 2:].max(axis=0)]) if len(both) else extent


def _build_boxes(corners: Corners) -> pa.StructArray:
    """Build boxes in single precision, as is usual, rounded outwards: a box is never too small."""
    single = corners.astype(np.float32)
    outwards = np.nextafter(single, np.array([-np.inf, -np.inf, np.inf, np.inf], np.float32))
    is_inside = np.hstack([single[:, :2] > corners[:, :2], single[:, 2:] < corners[:, 2:]])
    rounded = np.where(is_inside, outwards, single)
    columns = [pa.array(rounded[:, place]) for place in range(len(CORNERS))]
    return pa.StructArray.from_arrays(columns, fields=list(BBOX_TYPE), mask=pa.array(np.isnan(corners[:, 0])))


def _build_geo_metadata(layer: Layer, extent: Corners) -> dict[str, Any]:
    """Build the metadata of the standard; a file without any geometry has no `bbox`."""
    column = {"encoding": "WKB", "geometry_types": [layer.geometry], "covering": COVERING}
    box = {} if np.isnan(extent[0]) else {"bbox": extent.tolist()}
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column | box}}

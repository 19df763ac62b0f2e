"""Files written by GDAL: FlatGeobuf and KML here; GeoPackage and Shapefile, which have more parts, beside it."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyogrio

from api.formats.arrow import GEOMETRY, build_schema, read_batches
from api.formats.layer import Layer


def write_flatgeobuf(lines: Iterable[str], layer: Layer, path: Path) -> None:
    """Write the file. The header has no field for the conditions, so they follow the description.

    The spatial index takes no feature without geometry.
    """
    about = json.dumps(layer.about, ensure_ascii=False)
    index = {} if layer.srid is not None else {"SPATIAL_INDEX": "NO"}
    options = {"TITLE": layer.title, "DESCRIPTION": f"{layer.description} {about}"} | index
    write_vector_file(lines, layer, path, "FlatGeobuf", options)


def write_kml(lines: Iterable[str], layer: Layer, path: Path) -> None:
    about = "; ".join(f"{name}: {value}" for name, value in layer.about.items())
    options = {"NAME": layer.title, "DESCRIPTION": f"{layer.description} {about}"}
    write_vector_file(lines, layer, path, "LIBKML", options)


def write_vector_file(
    lines: Iterable[str],
    layer: Layer,
    path: Path,
    driver: str,
    options: Mapping[str, str],
    *,
    name: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write the features with a driver of GDAL and its layer options. `name` replaces the name of the layer."""
    schema = build_schema(layer, lists=False)
    reader = pa.RecordBatchReader.from_batches(schema, read_batches(lines, layer, schema))
    pyogrio.write_arrow(
        reader,
        path,
        layer=name or layer.name,
        driver=driver,
        layer_metadata=metadata,
        layer_options=options,
        **describe_geometry(layer),
    )


def describe_geometry(layer: Layer) -> dict[str, str | None]:
    """Return the arguments that describe the geometry to pyogrio; all are None for a layer without geometry."""
    if layer.srid is None:
        return {"geometry_name": None, "geometry_type": None, "crs": None}
    return {"geometry_name": GEOMETRY, "geometry_type": layer.geometry, "crs": f"EPSG:{layer.srid}"}

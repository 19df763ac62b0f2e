"""GeoPackage, FlatGeobuf and KML files, written by GDAL."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyogrio

from api.formats.arrow_rows import GEOMETRY, build_schema, read_batches
from api.formats.geopackage_tables import add_tables
from api.formats.layer import Layer

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

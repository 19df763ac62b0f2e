"""Download links of a page: its query as a file in each format, and the commands that open it."""

from dataclasses import dataclass

from fastapi import Request

from api.formats.registry import FILE_FORMATS
from api.responses.representation import build_url, get_query_values

# Parameters that QGIS sets itself, or that it could not send twice.
QGIS_PARAMETERS = {
    "f",
    "limit",
    "after",
    "bbox",
    "bbox-crs",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "properties",
}


@dataclass(frozen=True, slots=True)
class DownloadLinks:
    """Download links: `files` are title and address of each format; `lines` are texts to paste into each program."""

    files: list[tuple[str, str]]
    lines: list[tuple[str, str]]


def build_download_links(request: Request, collection_id: str, **clocks: str) -> DownloadLinks:
    """Build the links of the current query, with both clocks, so that files match the page; a file has all pages."""
    query = get_query_values(request) | {"limit": None, "after": None} | clocks
    path = f"/collections/{collection_id}/items"
    files = {each.name: build_url(request, path, **(query | {"f": each.name})) for each in FILE_FORMATS}
    qgis = build_url(request, "/", **{name: query[name] for name in query if name not in QGIS_PARAMETERS})
    lines = [
        (
            "QGIS: Layer > Add Layer > Add WFS / OGC API - Features Layer, a new connection with this address",
            qgis,
        ),
        ("QGIS: a project with all layers", build_url(request, "/qgis/crossings.qgz")),
        ("QGIS: the style of this layer, also for a GeoPackage", build_url(request, f"/qgis/{collection_id}.qml")),
        ("GDAL", f'ogr2ogr -f GPKG {collection_id}.gpkg "{files["geojson"]}"'),
        ("Python", f'import geopandas\n\ngeopandas.read_file("{files["gpkg"]}")'),
        ("R", f'library(sf)\n\nst_read("{files["geojson"]}")'),
    ]
    return DownloadLinks([(each.title, files[each.name]) for each in FILE_FORMATS], lines)

"""Download links of a page: its query as a file in each format, and the commands that open it."""

from dataclasses import dataclass

from fastapi import Request

from api.formats.format import FILES, FORMATS
from api.representation import address, query_of

# Parameters that QGIS sets itself, or that it could not send twice.
ASKED_BY_QGIS = {"f", "limit", "after", "bbox", "bbox-crs", "crs", "filter", "filter-lang", "filter-crs", "properties"}


@dataclass(frozen=True, slots=True)
class TakeAway:
    """Download links: `files` are title and address of each format; `lines` are texts to paste into each program."""

    files: list[tuple[str, str]]
    lines: list[tuple[str, str]]


def take_away(request: Request, collection_id: str, **clocks: str) -> TakeAway:
    """Build the links of the current query, with both clocks, so that files match the page; a file has all pages."""
    query = query_of(request) | {"limit": None, "after": None} | clocks
    path = f"/collections/{collection_id}/items"
    files = {form.name: address(request, path, **(query | {"f": form.name})) for form in FILES}
    qgis = address(request, "/", **{name: query[name] for name in query if name not in ASKED_BY_QGIS})
    lines = [
        (
            "QGIS: Layer > Add Layer > Add WFS / OGC API - Features Layer, a new connection with this address",
            qgis,
        ),
        ("QGIS: a project with all layers", address(request, "/qgis/crossings.qgz")),
        ("QGIS: the style of this layer, also for a GeoPackage", address(request, f"/qgis/{collection_id}.qml")),
        ("GDAL", f'ogr2ogr -f GPKG {collection_id}.gpkg "{files["geojson"]}"'),
        ("Python", f'import geopandas\n\ngeopandas.read_file("{files["gpkg"]}")'),
        ("R", f'library(sf)\n\nst_read("{files["geojson"]}")'),
    ]
    return TakeAway([(FORMATS[name].title, href) for name, href in files.items()], lines)

"""Output formats of features, by their names in `f` and in Accept."""

from dataclasses import dataclass

from fastapi import Request

from api.parameters.types import FormatName
from api.responses.accept import choose_offer
from api.responses.representation import get_accept_header


@dataclass(frozen=True, slots=True)
class Format:
    """Output format. With `is_file`, the response has all features unless a `limit` is set, and a file name to save
    them by.
    """

    name: FormatName
    title: str
    media_type: str
    suffix: str
    is_file: bool = True


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("json", "GeoJSON, a page at a time", "application/geo+json", "geojson", is_file=False),
        Format("html", "Page", "text/html", "html", is_file=False),
        Format("geojson", "GeoJSON, all features", "application/geo+json", "geojson"),
        Format("geojsonseq", "GeoJSON text sequence (RFC 8142)", "application/geo+json-seq", "geojsons"),
        Format("jsonfg", "JSON-FG, with time", "application/vnd.ogc.fg+json", "fg.json"),
        Format("csv", "CSV with HXL tags", "text/csv", "csv"),
        Format(
            "xlsx",
            "Excel workbook with definitions",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        ),
        Format("gpkg", "GeoPackage", "application/geopackage+sqlite3", "gpkg"),
        Format("fgb", "FlatGeobuf", "application/vnd.flatgeobuf", "fgb"),
        Format("parquet", "GeoParquet", "application/vnd.apache.parquet", "parquet"),
        Format("kml", "KML", "application/vnd.google-earth.kml+xml", "kml"),
        Format("shp", "Shapefile, zipped", "application/zip", "shp.zip"),
        Format("ods", "OpenDocument spreadsheet", "application/vnd.oasis.opendocument.spreadsheet", "ods"),
    )
}
DOWNLOAD_FORMATS = tuple(each for each in FORMATS.values() if each.is_file)
# Further media types of a format: programs that accept any JSON send application/json.
MEDIA_TYPE_ALIASES: dict[str, FormatName] = {
    "application/json": "json",
    "application/xhtml+xml": "html",
    "application/fg+json": "jsonfg",
    "application/flatgeobuf": "fgb",
    "application/x-parquet": "parquet",
    "application/geopackage+vnd.sqlite3": "gpkg",
}
FORMAT_ORDER = tuple(FORMATS.values())
OFFERS = tuple(
    (each.media_type, *(media_type for media_type, name in MEDIA_TYPE_ALIASES.items() if name == each.name))
    for each in FORMAT_ORDER
)


def negotiate_format(request: Request) -> Format:
    """Return the format that `f` names, or the best match for `Accept`; GeoJSON if `Accept` matches no format."""
    name = request.query_params.get("f")
    return FORMATS[name] if name else FORMAT_ORDER[choose_offer(get_accept_header(request), OFFERS)]

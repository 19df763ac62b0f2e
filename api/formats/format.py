"""The forms in which features are given, by the names they have in `f` and in Accept."""

from dataclasses import dataclass

from fastapi import Request

from api.asked_types import FormName
from api.representation import media_types


@dataclass(frozen=True, slots=True)
class Format:
    """`is_file`: it is given whole unless a `limit` is asked for, under a name to keep it by."""

    name: FormName
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
FILES = tuple(each for each in FORMATS.values() if each.is_file)
# Media types that stand for a form beside its own: what programs ask for when they take any JSON.
ALSO: dict[str, FormName] = {
    "application/json": "json",
    "application/xhtml+xml": "html",
    "application/fg+json": "jsonfg",
    "application/flatgeobuf": "fgb",
    "application/x-parquet": "parquet",
    "application/geopackage+vnd.sqlite3": "gpkg",
}
BY_MEDIA_TYPE = {each.media_type: each for each in reversed(FORMATS.values())} | {
    media_type: FORMATS[name] for media_type, name in ALSO.items()
}


def form_asked(request: Request) -> Format:
    """The form that `f` names, or the first of those in `Accept` that there is; else GeoJSON."""
    asked = request.query_params.get("f")
    if asked:
        return FORMATS[asked]
    return next((BY_MEDIA_TYPE[each] for each in media_types(request) if each in BY_MEDIA_TYPE), FORMATS["json"])

"""Output formats of features: one entry each, the only place that lists them.

Writers are imported when they are used: the libraries of binary formats take time and memory, and only the subprocess
that writes a file needs them. A test reads a file of each format back.
"""

from api.formats.format import FileFormat, PageFormat, StreamText, SubprocessWriter, TextWriter, WriteFile

GEOJSON = "application/geo+json"


def _load_geojson() -> StreamText:
    from api.formats.geojson_writer import stream_geojson

    return stream_geojson


def _load_geojson_sequence() -> StreamText:
    from api.formats.geojson_writer import stream_geojson_sequence

    return stream_geojson_sequence


def _load_jsonfg() -> StreamText:
    from api.formats.geojson_writer import stream_jsonfg

    return stream_jsonfg


def _load_csv() -> StreamText:
    from api.formats.csv_writer import stream_csv

    return stream_csv


def _load_workbook() -> WriteFile:
    from api.formats.xlsx_writer import write_workbook_file

    return write_workbook_file


def _load_geopackage() -> WriteFile:
    from api.formats.geopackage_writer import write_geopackage

    return write_geopackage


def _load_flatgeobuf() -> WriteFile:
    from api.formats.gdal_writer import write_flatgeobuf

    return write_flatgeobuf


def _load_parquet() -> WriteFile:
    from api.formats.parquet_writer import write_parquet_file

    return write_parquet_file


def _load_kml() -> WriteFile:
    from api.formats.gdal_writer import write_kml

    return write_kml


def _load_shapefile() -> WriteFile:
    from api.formats.shapefile_writer import write_shapefile

    return write_shapefile


def _load_ods() -> WriteFile:
    from api.formats.ods_writer import write_ods_file

    return write_ods_file


PAGE_FORMATS = (
    # A GIS requests a thousand features at a time. Ten thousand take a quarter of a second of a processor. Programs
    # that accept any JSON send application/json.
    PageFormat("json", "GeoJSON, a page at a time", GEOJSON, aliases=("application/json",), max_small_rows=1_000),
    PageFormat("html", "Page", "text/html", aliases=("application/xhtml+xml",), max_rows=2_000, max_small_rows=200),
)
FILE_FORMATS = (
    FileFormat(
        *("geojson", "GeoJSON, all features", GEOJSON, "geojson"),
        writer=TextWriter("features", _load_geojson),
        crs="unnamed",
        is_published=True,
    ),
    FileFormat(
        *("geojsonseq", "GeoJSON text sequence (RFC 8142)", "application/geo+json-seq", "geojsons"),
        writer=TextWriter("features", _load_geojson_sequence),
        crs="unnamed",
    ),
    FileFormat(
        *("jsonfg", "JSON-FG, with time", "application/vnd.ogc.fg+json", "fg.json"),
        aliases=("application/fg+json",),
        writer=TextWriter("timed features", _load_jsonfg),
        crs="named",
    ),
    FileFormat(
        *("csv", "CSV with HXL tags", "text/csv", "csv"),
        writer=TextWriter("csv", _load_csv),
        crs="CRS84",
    ),
    FileFormat(
        *("xlsx", "Excel workbook with definitions"),
        *("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        writer=SubprocessWriter("table", _load_workbook),
        crs="CRS84",
    ),
    FileFormat(
        *("gpkg", "GeoPackage", "application/geopackage+sqlite3", "gpkg"),
        aliases=("application/geopackage+vnd.sqlite3",),
        writer=SubprocessWriter("binary", _load_geopackage),
        crs="named",
        is_whole=True,
        has_style=True,
    ),
    FileFormat(
        *("fgb", "FlatGeobuf", "application/vnd.flatgeobuf", "fgb"),
        aliases=("application/flatgeobuf",),
        writer=SubprocessWriter("binary", _load_flatgeobuf),
        crs="named",
        is_published=True,
    ),
    FileFormat(
        *("parquet", "GeoParquet", "application/vnd.apache.parquet", "parquet"),
        aliases=("application/x-parquet",),
        writer=SubprocessWriter("binary", _load_parquet),
        crs="CRS84",
        is_published=True,
    ),
    FileFormat(
        *("kml", "KML", "application/vnd.google-earth.kml+xml", "kml"),
        writer=SubprocessWriter("binary", _load_kml),
        crs="CRS84",
    ),
    FileFormat(
        *("shp", "Shapefile, zipped", "application/zip", "shp.zip"),
        writer=SubprocessWriter("binary", _load_shapefile),
        crs="named",
    ),
    FileFormat(
        *("ods", "OpenDocument spreadsheet", "application/vnd.oasis.opendocument.spreadsheet", "ods"),
        writer=SubprocessWriter("table", _load_ods),
        crs="CRS84",
    ),
)
FORMATS: dict[str, PageFormat | FileFormat] = {each.name: each for each in (*PAGE_FORMATS, *FILE_FORMATS)}
FILE_FORMATS_BY_SUFFIX = {each.suffix: each for each in FILE_FORMATS}
# Formats whose media type shows that a response is a file. A page has the media type of the GeoJSON file.
DISTINCT_FILE_FORMATS = tuple(
    each for each in FILE_FORMATS if each.media_type not in {page.media_type for page in PAGE_FORMATS}
)
if not len(FORMATS) - len(PAGE_FORMATS) == len(FILE_FORMATS_BY_SUFFIX) == len(FILE_FORMATS):
    raise ValueError("two formats have one name or one suffix")
FORMAT_ORDER = tuple(FORMATS.values())
OFFERS = tuple((each.media_type, *each.aliases) for each in FORMAT_ORDER)

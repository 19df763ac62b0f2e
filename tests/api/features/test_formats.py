"""Features as files: each form says the same as the GeoJSON, with its types, and says where it is all from."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import hxl
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from helpers.factories import record_status
from helpers.http import COUNTRIES, POINTS, RESTRICTIONS
from helpers.shipped.register import select_codes
from helpers.work_slots import fill_queue
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.properties import get_default_properties
from api.collections.registry import COLLECTIONS, NOTICE
from api.concurrency.slots import SlotCounts
from api.formats.layer import Column, Layer
from api.formats.registry import DOWNLOAD_FORMATS, FORMATS
from api.formats.xlsx_writer import write_workbook_file
from api.settings import get_settings
from api.spreadsheets.csv_writer import unescape_formula
from models.recording.register import fetch_point_ids
from models.recording.restrictions import MeasureRow

FIJI = sorted(select_codes(country_iso3="FJI"))
# What files stumble over: signs of other forms, other scripts, more than one line, and what looks like a formula.
COMMENTS = ['=1+1 "quoted", and; comma', "سطر أول\nسطر ثان", "#N/A", "東京 Đà Nẵng ‰", "  spaces  ", "NA"]
ASKED = {POINTS: {"country": "FJI,SRB,KIR"}, RESTRICTIONS: {}, COUNTRIES: {"country": "FJI,SRB,NAM,ATA"}}
DAY = {"datetime": "2020-04-15"}
Row = dict[str, Any]


@pytest.fixture
async def awkward(client: httpx.AsyncClient, shipped: AsyncConnection) -> httpx.AsyncClient:
    """A client of the shipped data with restrictions that are hard to write down."""
    points = await fetch_point_ids(shipped, FIJI)
    measures = (MeasureRow("medical_requirements", affected_populations=("tourists", "crew")), MeasureRow("other"))
    for number, comment in enumerate(COMMENTS):
        until = None if number % 2 else "2021-01-01"
        about = {"comment": comment, "measures": measures if number % 3 else (), "announced_end": dt.date(2022, 2, 28)}
        await record_status(shipped, points[FIJI[number]], "partially_operational", "2020-03-01", until, **about)
    return client


async def given(client: httpx.AsyncClient, path: str, form: str, **asked: str) -> bytes:
    response = await client.get(path, params=ASKED[path] | DAY | {"f": form} | asked)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == FORMATS[form].media_type
    return response.content


def of_geojson(body: bytes) -> list[Row]:
    return [{"geometry": each["geometry"], **each["properties"]} for each in json.loads(body)["features"]]


def of_sequence(body: bytes) -> list[Row]:
    texts = body.decode().split("\x1e")
    assert texts[0] == ""
    return of_geojson(json.dumps({"features": [json.loads(text) for text in texts[1:]]}).encode())


def of_arrow(table: pa.Table) -> list[Row]:
    (name,) = [each for each in ("geometry", "wkb_geometry", "geom") if each in table.column_names]
    return [{"geometry": row.pop(name), **{key: row[key] for key in row}} for row in table.to_pylist()]


def of_vector_file(suffix: str) -> Callable[[bytes, Path], list[Row]]:
    def read(body: bytes, directory: Path) -> list[Row]:
        path = directory / f"file.{suffix}"
        path.write_bytes(body)
        return of_arrow(pyogrio.read_arrow(path, layer=0)[1])

    return read


def of_parquet(body: bytes, _: Path) -> list[Row]:
    table = pq.read_table(io.BytesIO(body))
    # The box of each geometry stands beside it: see test_geoparquet.py.
    return of_arrow(table.drop_columns(["bbox"]) if "bbox" in table.column_names else table)


def of_workbook(body: bytes, _: Path) -> list[Row]:
    sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=True)["Data"]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def of_csv(body: bytes, _: Path) -> list[Row]:
    header, tags, *rows = csv.reader(io.StringIO(body.decode(), newline=""))
    assert len(header) == len(tags)
    return [dict(zip(header, map(unescape_formula, row), strict=True)) for row in rows]


READERS: dict[str, Callable[[bytes, Path], list[Row]]] = {
    "geojson": lambda body, _: of_geojson(body),
    "geojsonseq": lambda body, _: of_sequence(body),
    "jsonfg": lambda body, _: of_geojson(body),
    "csv": of_csv,
    "xlsx": of_workbook,
    "gpkg": of_vector_file("gpkg"),
    "fgb": of_vector_file("fgb"),
    "parquet": of_parquet,
}


def rows_of_ods(body: bytes, directory: Path) -> list[Row]:
    path = directory / "file.ods"
    path.write_bytes(body)
    rows: list[Row] = pyogrio.read_arrow(path, layer="Data")[1].to_pylist()
    return [row for row in rows if any(value is not None for value in row.values())]


# Forms that cannot say all that the GeoJSON says: see test_gdal_formats.py.
OPENED = READERS | {"kml": of_vector_file("kml"), "shp": of_vector_file("shp.zip"), "ods": rows_of_ods}


def plain(value: Any, kind: str) -> Any:
    """A value as it compares across forms: lists as text, moments to the millisecond, which is what GDAL keeps."""
    if isinstance(value, list):
        return ",".join(value)
    if kind == "date" and isinstance(value, dt.date | dt.datetime):
        return value.strftime("%Y-%m-%d")
    if kind == "date-time" and value is not None:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=dt.UTC).isoformat(timespec="seconds")
    return value


def as_in_csv(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize("form", READERS)
async def test_each_format_equals_geojson(awkward: httpx.AsyncClient, tmp_path: Path, path: str, form: str) -> None:
    kinds = {field.name: field.kind for field in get_default_properties(COLLECTIONS[path.split("/")[2]]).values()}
    expected = of_geojson(await given(awkward, path, "json", limit="10000"))
    found = READERS[form](await given(awkward, path, form), tmp_path)
    assert len(found) == len(expected) > 0
    if form == "fgb":  # in the order of its spatial index
        (key,) = [name for name in ("record", "iso3", "code") if name in kinds][:1]
        found.sort(key=lambda row: [each[key] for each in expected].index(row[key]))
    for one, other in zip(found, expected, strict=True):
        for name, kind in kinds.items():
            said = plain(other[name], kind)
            if form == "csv":
                assert plain(one[name], "" if not one[name] else kind) == as_in_csv(said), name
            else:
                assert plain(one[name], kind) == said, name
        assert same_place(one, other["geometry"])


def same_place(row: Row, geometry: dict[str, Any]) -> bool:
    """Whether the row is where the GeoJSON has it; a table names a point on it."""
    shape = shapely.from_geojson(json.dumps(geometry))
    if "longitude" in row:
        point = shapely.Point(float(row["longitude"]), float(row["latitude"]))
        return bool(shape.distance(point) < 1e-5)
    found = row["geometry"]
    written = shapely.from_wkb(found) if isinstance(found, bytes) else shapely.from_geojson(json.dumps(found))
    return bool(written.geom_type == shape.geom_type and shape.equals_exact(written, 1e-5))


async def test_text_in_csv_is_no_formula(awkward: httpx.AsyncClient) -> None:
    text = (await given(awkward, RESTRICTIONS, "csv")).decode()
    assert "\"'=1+1 " in text
    assert '"=1+1' not in text
    west = (await given(awkward, POINTS, "csv", country="FJI,KIR")).decode()
    assert any(line.startswith("-1") for line in west.splitlines())


async def test_json_fg_has_the_days_both_included(awkward: httpx.AsyncClient) -> None:
    features = json.loads(await given(awkward, RESTRICTIONS, "jsonfg"))["features"]
    times = {json.dumps(feature["time"]) for feature in features}
    assert times == {'{"interval": ["2020-03-01", "2020-12-31"]}', '{"interval": ["2020-03-01", ".."]}'}


async def test_json_fg_has_places_in_another_system_beside_the_geometry(awkward: httpx.AsyncClient) -> None:
    web = "http://www.opengis.net/def/crs/EPSG/0/3857"
    document = json.loads(await given(awkward, POINTS, "jsonfg", crs=web, iata="BEG"))
    (feature,) = document["features"]
    assert document["coordRefSys"] == web
    assert feature["geometry"]["coordinates"] == [20.309099, 44.818401]
    assert feature["place"]["coordinates"] == pytest.approx([2260798.56, 5592977.6])


@pytest.mark.parametrize(("form", "srid"), [("gpkg", 3857), ("fgb", 3035), ("fgb", 4326)])
async def test_file_is_in_the_requested_crs_with_easting_first(
    awkward: httpx.AsyncClient, tmp_path: Path, form: str, srid: int
) -> None:
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{srid}"
    path = tmp_path / f"file.{form}"
    path.write_bytes(await given(awkward, POINTS, form, crs=uri, iata="BEG"))
    info, table = pyogrio.read_arrow(path, layer=0)
    east, north = shapely.from_wkb(of_arrow(table)[0]["geometry"]).coords[0]
    assert info["crs"] == f"EPSG:{srid}"
    assert {3857: (2260798, 5592873), 3035: (5125000, 2466000), 4326: (20.3, 44.8)}[srid] == pytest.approx(
        (east, north), rel=2e-2
    )


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
async def test_format_without_crs_refuses_other_systems(awkward: httpx.AsyncClient, form: str) -> None:
    response = await awkward.get(POINTS, params={"f": form, "crs": "http://www.opengis.net/def/crs/EPSG/0/3857"})
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "crs")


async def test_tags_of_the_csv_are_hxl(awkward: httpx.AsyncClient, tmp_path: Path) -> None:
    for path in ASKED:
        file = tmp_path / "file.csv"
        file.write_bytes(await given(awkward, path, "csv"))
        with hxl.data(str(file), hxl.InputOptions(allow_local=True)) as source:
            wrong = {each["description"] for each in hxl.validate(source)["issues"]}
            assert wrong <= {"Extra whitespace can affect reporting and visualisation"}  # as the office wrote it
            assert len(source.columns) == len(file.read_text().splitlines()[0].split(","))


async def test_every_file_names_its_source(awkward: httpx.AsyncClient, tmp_path: Path) -> None:
    for form in ("geojson", "jsonfg"):
        document = json.loads(await given(awkward, POINTS, form))
        assert document["notice"] == NOTICE
        assert document["datetime"] == DAY["datetime"]
    for form in ("gpkg", "fgb"):
        path = tmp_path / f"file.{form}"
        path.write_bytes(await given(awkward, POINTS, form))
        assert NOTICE in str(pyogrio.read_info(path, layer=0)["layer_metadata"])
    assert pq.read_schema(io.BytesIO(await given(awkward, POINTS, "parquet"))).metadata[b"notice"].decode() == NOTICE
    about = openpyxl.load_workbook(io.BytesIO(await given(awkward, POINTS, "xlsx")))["About"]
    assert NOTICE in [row[1] for row in about.iter_rows(values_only=True)]


def test_workbook_hides_later_moments(tmp_path: Path) -> None:
    recorded = Column("recorded_at", "date-time", "Recorded", "", "")
    layer = Layer("restrictions", "Restrictions", "", "Point", None, (recorded,), {})
    write_workbook_file(['["2020-06-01T12:59:59.999999+00:00"]'], layer, tmp_path / "file.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "file.xlsx")["Data"]
    assert sheet["A2"].value.replace(microsecond=0) == dt.datetime(2020, 6, 1, 12, 59, 59)  # noqa: DTZ001


async def test_workbook_explains_its_columns_and_codes(awkward: httpx.AsyncClient) -> None:
    book = openpyxl.load_workbook(io.BytesIO(await given(awkward, POINTS, "xlsx")))
    rows = list(book["Definitions"].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == set(get_default_properties(COLLECTIONS["points-of-entry"]))
    closed = next(row for row in rows if row[0] == "operational_status" and row[2] == "closed")
    assert closed[3:] == ("Closed for entry and exit", "Closed to people for entry and exit; says nothing about cargo.")


@pytest.mark.parametrize("form", DOWNLOAD_FORMATS, ids=lambda form: form.name)
async def test_file_honours_filters_order_properties_and_pages(awkward: httpx.AsyncClient, form: Any) -> None:
    asked = {"filter": "poe_type='airport'", "sortby": "-name", "properties": "name", "limit": "2", "f": form.name}
    response = await awkward.get(POINTS, params=ASKED[POINTS] | asked)
    pages = await awkward.get(POINTS, params=ASKED[POINTS] | asked | {"f": "json"})
    matched = str(pages.json()["numberMatched"])
    assert (response.headers["ogc-numbermatched"], response.headers["ogc-numberreturned"]) == (matched, "2")
    (link,) = [link["href"] for link in pages.json()["links"] if link["rel"] == "next"]
    following = httpx.URL(link).params["after"]
    assert httpx.URL(response.headers["link"].split(">")[0][1:]).params["after"] == following


@pytest.mark.parametrize("form", DOWNLOAD_FORMATS, ids=lambda form: form.name)
async def test_format_can_be_requested_by_media_type(awkward: httpx.AsyncClient, form: Any) -> None:
    response = await awkward.get(COUNTRIES, params=ASKED[COUNTRIES], headers={"Accept": form.media_type})
    wanted = "application/geo+json" if form.name == "geojson" else form.media_type
    assert response.headers["content-type"].partition(";")[0] == wanted


@pytest.mark.parametrize("form", DOWNLOAD_FORMATS, ids=lambda form: form.name)
async def test_file_without_features_opens(awkward: httpx.AsyncClient, tmp_path: Path, form: Any) -> None:
    body = await given(awkward, POINTS, form.name, filter="name = 'nowhere'")
    assert OPENED[form.name](body, tmp_path) == []


async def test_file_is_refused_where_the_queue_is_full_and_text_is_not(awkward: httpx.AsyncClient) -> None:
    async with fill_queue(
        "files", SlotCounts(get_settings().crossings_heavy_at_once, get_settings().crossings_heavy_waiting)
    ):
        response = await awkward.get(COUNTRIES, params=ASKED[COUNTRIES] | {"f": "gpkg"})
        assert (response.status_code, response.headers["retry-after"]) == (503, "15")
        assert (await awkward.get(COUNTRIES, params=ASKED[COUNTRIES] | {"f": "csv"})).status_code == 200


async def test_download_without_a_slot_gets_retry_after(awkward: httpx.AsyncClient) -> None:
    queue = awkward._transport.app.state.downloads.queue  # noqa: SLF001 - as the process has it
    queue.max_wait_s = 0.05
    asked = ASKED[COUNTRIES] | {"f": "csv"}
    async with AsyncExitStack() as others:
        for _ in range(queue.places):
            await others.enter_async_context(queue.acquire_place("another client"))
        response = await awkward.get(COUNTRIES, params=asked)
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert (await awkward.get(COUNTRIES, params=asked | {"f": "json"})).status_code == 200
    assert (await awkward.get(COUNTRIES, params=asked)).status_code == 200


async def test_download_without_disk_space_gets_retry_after(awkward: httpx.AsyncClient) -> None:
    room = awkward._transport.app.state.downloads.room  # noqa: SLF001
    room.max_bytes = 1000
    for form in ("csv", "gpkg"):
        response = await awkward.get(COUNTRIES, params=ASKED[COUNTRIES] | {"f": form, "limit": "100"})
        assert (response.status_code, response.headers["retry-after"]) == (503, "30"), form
    assert (room.bytes, room.holdings) == (0, set())


@pytest.mark.parametrize("form", ["csv", "geojson", "geojsonseq", "jsonfg"])
async def test_failing_statement_returns_an_error_and_no_partial_file(awkward: httpx.AsyncClient, form: str) -> None:
    app = awkward._transport.app  # noqa: SLF001
    app.state.database.connection = Unstreamable(app.state.database.connection)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get(COUNTRIES, params=ASKED[COUNTRIES] | {"f": form})
    assert (response.status_code, response.json()["title"]) == (500, "The service failed")


class Unstreamable:
    """A connection that fails when rows are streamed from it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    async def get_raw_connection(self) -> None:
        raise ZeroDivisionError


WAYS = ({"skipGeometry": "true"}, {"properties": "country"}, {"limit": "3"}, {"sortby": "-country_name"})
NOTHING = {"filter": "country = 'XXX'"}
MIXED = (*WAYS, NOTHING, {**WAYS[0], **WAYS[1]}, {**WAYS[0], **WAYS[2]}, {**WAYS[0], **NOTHING}, {**WAYS[1], **NOTHING})


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("asked", MIXED, ids="&".join)
async def test_each_form_takes_each_parameter(
    awkward: httpx.AsyncClient, tmp_path: Path, form: str, asked: dict[str, str]
) -> None:
    """Without its geometry a feature was no GeoPackage, FlatGeobuf nor GeoParquet, but a failure of ours."""
    body = await given(awkward, POINTS, form, **asked)
    if "skipGeometry" not in asked or form in ("csv", "xlsx"):
        rows = READERS[form](body, tmp_path)
        assert len(rows) == (0 if "filter" in asked else 3 if "limit" in asked else len(rows))
        assert bool(rows) != ("filter" in asked)


async def test_csv_for_programs_has_no_row_of_tags(awkward: httpx.AsyncClient) -> None:
    tagged = (await given(awkward, POINTS, "csv")).decode().splitlines()
    plain_rows = (await given(awkward, POINTS, "csv", hxl="false")).decode().splitlines()
    assert tagged[1].startswith("#geo+lon,")
    assert plain_rows == [tagged[0], *tagged[2:]]


async def test_csv_for_excel_begins_with_a_byte_order_mark(awkward: httpx.AsyncClient) -> None:
    marked, unmarked = await given(awkward, POINTS, "csv", bom="true"), await given(awkward, POINTS, "csv")
    assert marked == b"\xef\xbb\xbf" + unmarked

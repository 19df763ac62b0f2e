"""The files of a snapshot of the shipped data, read by the programs of those who take them, beside the service."""

import gzip
import json
import random
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import pyarrow.parquet as pq
import pyogrio
import pystac
import pystac.validation
import pytest
import shapely
from helpers.factories import record_status
from helpers.http import count_matched
from helpers.servers.clients import needs
from helpers.shipped.register import read_shipped_register, select_codes
from helpers.snapshot import COLLECTIONS, Json, compute_checksum, find_snapshot_folder, open_tiles, publish_snapshot
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import TileType
from pystac.extensions.file import FileExtension
from sqlalchemy.ext.asyncio import AsyncEngine

from api.collections.registry import NOTICE
from api.database.engine import build_engine
from api.main import create_app
from api.publishing.object_store import ObjectStore
from api.publishing.pmtiles import MAX_POINT_ZOOM, MAX_SHAPE_ZOOM
from geo.tile_matrix import MERCATOR_LATITUDE
from models.recording.register import fetch_point_ids

DAY = "2020-03-04"
FIJI = sorted(select_codes(country_iso3="FJI"))
EXTENT = 4096
each_collection = pytest.mark.parametrize("collection", COLLECTIONS)
Address = tuple[int, int, int]


@pytest.fixture(scope="module")
async def restricted(copied: str) -> AsyncIterator[AsyncEngine]:
    """The shipped data, with all of Fiji's points closed, across 180 degrees."""
    engine = build_engine(copied)
    async with engine.begin() as connection:
        points = await fetch_point_ids(connection, FIJI)
        for code in FIJI:
            await record_status(connection, points[code], "closed", "03-01", "2021-03-01")
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
async def directory(restricted: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all was published into."""
    directory = tmp_path_factory.mktemp("published")
    await publish_snapshot(restricted, ObjectStore.open(str(directory)), DAY)
    return directory


@pytest.fixture(scope="module")
def folder(directory: Path) -> Path:
    return find_snapshot_folder(directory)


@pytest.fixture(scope="module")
async def service(restricted: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(restricted))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as service:
        yield service


def geojson(folder: Path, collection: str) -> Json:
    found: Json = json.loads((folder / f"{collection}.geojson").read_bytes())
    return found


def clocks(folder: Path, collection: str) -> dict[str, str]:
    """What the file says that it answers, to ask the service for the same."""
    document = geojson(folder, collection)
    return {name: document[name] for name in ("datetime", "as_known_at")}


def archive(folder: Path, collection: str) -> Reader:
    return open_tiles((folder / f"{collection}.pmtiles").read_bytes())


def features_of(content: bytes) -> list[Json]:
    """What a vector tile has, in an order of our own, with its places in the tile's own units, y downwards."""
    if not content:
        return []
    (layer,) = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}).values()
    return sorted(layer["features"], key=lambda feature: json.dumps(feature, sort_keys=True))


class TestCounts:
    @each_collection
    async def test_all_files_equal_the_service(self, service: httpx.AsyncClient, folder: Path, collection: str) -> None:
        number = await count_matched(service, f"/collections/{collection}/items", **clocks(folder, collection))
        assert number > 0
        assert len(geojson(folder, collection)["features"]) == number
        assert pq.read_metadata(folder / f"{collection}.parquet").num_rows == number
        assert pyogrio.read_info(folder / f"{collection}.fgb")["features"] == number

    @each_collection
    @needs("ogrinfo")
    def test_gdal_reads_flatgeobuf(self, folder: Path, collection: str) -> None:
        command = ["ogrinfo", "-ro", "-so", "-al", folder / f"{collection}.fgb"]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        assert said.stderr == ""
        assert f"Feature Count: {len(geojson(folder, collection)['features'])}\n" in said.stdout

    async def test_they_are_not_of_another_day(self, service: httpx.AsyncClient, folder: Path) -> None:
        on_the_day = clocks(folder, "points-of-entry")
        assert on_the_day["datetime"] == DAY
        closed = {"status_group": "fully_closed"} | on_the_day
        assert await count_matched(service, "/collections/points-of-entry/items", **closed) == len(FIJI)
        groups = Counter(each["properties"]["status_group"] for each in geojson(folder, "points-of-entry")["features"])
        assert groups["fully_closed"] == len(FIJI)

    @each_collection
    def test_geoparquet_has_the_places_of_geojson(self, folder: Path, collection: str) -> None:
        table = pq.read_table(folder / f"{collection}.parquet")
        assert json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["encoding"] == "WKB"
        shapes = shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False))
        written = [shapely.geometry.shape(each["geometry"]) for each in geojson(folder, collection)["features"]]
        for shape, as_geojson in zip(shapes, written, strict=True):
            assert shape.bounds == pytest.approx(as_geojson.bounds, abs=1e-6)


class TestTiles:
    @each_collection
    async def test_they_are_the_tiles_of_the_service(
        self, service: httpx.AsyncClient, folder: Path, collection: str
    ) -> None:
        """All of the levels from which a map sets out, and some of those that it goes on to; empty ones too."""
        tiles, asked = contents(folder, collection), clocks(folder, collection)
        for z, x, y in (*levels(range(3)), *chosen(tiles, 40)):
            response = await service.get(f"/collections/{collection}/tiles/{z}/{x}/{y}.mvt", params=asked)
            assert response.status_code in {200, 204}, response.text
            assert features_of(tiles.get((z, x, y), b"")) == features_of(response.content)

    async def test_each_is_found_by_its_address(self, folder: Path) -> None:
        tiles = archive(folder, "points-of-entry")
        for address in chosen(contents(folder, "points-of-entry"), 20):
            found = gzip.decompress(tiles.get(*address) or gzip.compress(b""))
            assert found == contents(folder, "points-of-entry").get(address, b"")

    async def test_every_point_stands_once_in_the_tiles_of_the_deepest_level(self, folder: Path) -> None:
        found = Counter(
            feature["properties"]["code"]
            for (z, _, _), content in contents(folder, "points-of-entry").items()
            if z == MAX_POINT_ZOOM
            for feature in features_of(content)
            if all(0 <= unit < EXTENT for unit in feature["geometry"]["coordinates"])
        )
        assert set(found) == {row["poe_id"] for row in read_shipped_register()}
        assert set(found.values()) == {1}

    @each_collection
    def test_archive_describes_itself(self, folder: Path, collection: str) -> None:
        tiles = archive(folder, collection)
        header, said = tiles.header(), tiles.metadata()
        deepest = MAX_SHAPE_ZOOM if collection == "countries" else MAX_POINT_ZOOM
        assert (header["version"], header["tile_type"], header["clustered"]) == (3, TileType.MVT, True)
        assert (header["min_zoom"], header["max_zoom"]) == (0, deepest)
        assert [layer["id"] for layer in said["vector_layers"]] == [collection]
        assert NOTICE in said["attribution"]
        assert {name: said[name] for name in ("datetime", "as_known_at")} == clocks(folder, collection)

    @each_collection
    async def test_its_bounds_are_those_of_its_features(self, folder: Path, collection: str) -> None:
        header = archive(folder, collection).header()
        shapes = [shapely.geometry.shape(each["geometry"]) for each in geojson(folder, collection)["features"]]
        west, south, east, north = shapely.total_bounds(shapes)
        expected = [west, max(south, -MERCATOR_LATITUDE), east, min(north, MERCATOR_LATITUDE)]
        sides = [header[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat")]
        assert sides == pytest.approx(expected, abs=1e-5)
        # Of a single point too: the npm package `pmtiles` reports other bounds as an error.
        assert (sides[0] < sides[2], sides[1] < sides[3]) == (True, True)

    @each_collection
    async def test_it_has_the_fields_that_the_service_names(
        self, service: httpx.AsyncClient, folder: Path, collection: str
    ) -> None:
        tilejson = (await service.get(f"/collections/{collection}/tilejson")).json()
        (own,), (other,) = archive(folder, collection).metadata()["vector_layers"], tilejson["vector_layers"]
        assert own["fields"] == other["fields"]


def levels(zooms: range) -> Iterator[Address]:
    return ((z, x, y) for z in zooms for x in range(1 << z) for y in range(1 << z))


def chosen(tiles: Iterable[Address], number: int) -> list[Address]:
    """Some of the tiles below the first levels, and as many neighbours of them, which may be empty."""
    deeper = sorted(address for address in tiles if address[0] > 2)
    some = random.Random(20200304).sample(deeper, min(number, len(deeper)))
    beside = [(z, (x + 1) % (1 << z), y) for z, x, y in some]
    return some + beside


@cache
def contents(folder: Path, collection: str) -> dict[Address, bytes]:
    """All tiles that are in the archive."""
    source = MemorySource((folder / f"{collection}.pmtiles").read_bytes())
    return {address: gzip.decompress(content) for address, content in all_tiles(source)}


class TestTheCatalogue:
    def test_is_valid(self, directory: Path) -> None:
        documents = [path for path in directory.rglob("*.json") if path.name not in {"latest.json", "sources.json"}]
        assert len(documents) == 3
        for path in documents:
            # The schemas of the core come with pystac; that of the extension is on a host of its own.
            assert pystac.validation.validate_dict(json.loads(path.read_bytes()), extensions=[])

    def test_links_to_every_file_with_size_and_checksum(self, directory: Path, folder: Path) -> None:
        (item,) = pystac.Catalog.from_file(str(directory / "catalog.json")).get_items(recursive=True)
        for asset in item.get_assets().values():
            content = Path(str(asset.get_absolute_href())).read_bytes()
            file = FileExtension.ext(asset)
            assert (file.size, file.checksum) == (len(content), compute_checksum(content))
        names = {path.name for path in folder.iterdir()}
        assert set(item.assets) == names - {Path(item.self_href).name}

    def test_every_link_leads_somewhere(self, directory: Path) -> None:
        for path in directory.rglob("*.json"):
            document: Any = json.loads(path.read_bytes())
            for link in document.get("links", []):
                assert (path.parent / link["href"]).is_file()
        for href in json.loads((directory / "latest.json").read_bytes())["files"].values():
            assert (directory / href).is_file()

    def test_names_licence_attribution_and_what_boundaries_mean(self, directory: Path) -> None:
        (item,) = pystac.Catalog.from_file(str(directory / "catalog.json")).get_items(recursive=True)
        assert item.properties["notice"] == NOTICE
        assert "OurAirports" in item.properties["attribution"]
        sources = json.loads((directory / "snapshots" / item.id / "sources.json").read_bytes())["sources"]
        assert all(source["licence"] for source in sources)

    def test_counts_the_features_and_names_the_media_types(self, directory: Path) -> None:
        (item,) = pystac.Catalog.from_file(str(directory / "catalog.json")).get_items(recursive=True)
        points = item.assets["points-of-entry.parquet"]
        assert points.extra_fields["features"] == len(read_shipped_register())
        types = {Path(name).suffix: asset.media_type for name, asset in item.assets.items()}
        assert types == {
            ".geojson": "application/geo+json",
            ".fgb": "application/vnd.flatgeobuf",
            ".parquet": "application/vnd.apache.parquet",
            ".pmtiles": "application/vnd.pmtiles",
            ".json": "application/json",
        }

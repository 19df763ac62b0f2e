"""Compare the answers of two running services, byte for byte, for about 200 addresses.

`python scripts/compare_answers.py http://127.0.0.1:8001 http://127.0.0.1:8002` compares a changed service with one of
the commit before, both on the same database. It prints each address whose status, media type or body differs, and
exits with 1 if there is one. The services' own addresses and the moments of the answers count as equal.
"""

import argparse
import io
import itertools
import re
import sys
import zipfile
from collections.abc import Iterator

import httpx

COLLECTIONS = ("points-of-entry", "restrictions", "countries", "changes")
FORMATS = ("json", "html", "geojson", "jsonfg", "geojsonseq", "csv", "gpkg", "fgb", "parquet", "xlsx", "ods", "kml")
CLOCKS = ("datetime=2020-04-15", "datetime=2020-03-01/2020-06-30", "datetime=2020-04-15&as_known_at=2020-05-01")
PLACES = (
    "country=SRB",
    "region=SEEECA",
    "bbox=15,40,25,50",
    "country=SRB,HUN&limit=5",
    "country=XXX",
    "country=FJI",
    "bbox=170,-20,-170,-10",
)
FILTERS = (
    *("filter=iata=%27BEG%27", "filter=poe_type=%27airport%27&limit=3", "filter=x=1"),
    "filter=casei(name)=casei(%27beograd%27)",
)
PAGES = (
    *(
        "/",
        "/api",
        "/api.html",
        "/conformance",
        "/collections",
        "/codes",
        "/regions",
        "/sources",
        "/functions",
        "/days",
    ),
    *("/symbols", "/map", "/office", "/reports", "/styles/basemap", "/tileMatrixSets", "/health", "/nothing"),
    *("/changes.atom?limit=2", "/changes.json?limit=2", "/ogcfeatureserver", "/qgis/points-of-entry.qml"),
    *("/nearest?lon=20&lat=44&datetime=2020-04-15", "/crossings?between=SRB,HUN&datetime=2020-04-15"),
    *("/accessibility?datetime=2020-04-15", "/accessibility?datetime=2020-04-15&f=csv", "/signals?datetime=2020-04-15"),
    *("/statistics?datetime=2020-04-15", "/statistics?group_by=country,poe_type&datetime=2020-04-15&f=csv"),
    *(
        "/freshness?datetime=2020-04-15",
        "/freshness?datetime=2020-04-15&country=SRB",
        "/points-of-entry/OA-4612/history",
    ),
    "/reports/points-of-entry?on=2020-04-15&area=SRB&f=html",
)
TIMEOUT_S = 120
TIMESTAMP = re.compile(rb'"timeStamp": ?"[^"]*"')
PARTS_WITH_MOMENT = {"docProps/core.xml", "meta.xml"}


def list_addresses() -> list[str]:
    """List the addresses: pages, collections with their documents, items by place, clock, filter and format, tiles."""
    return list(dict.fromkeys((*PAGES, *_iterate_collections(), *_iterate_items(), *_iterate_tiles())))


def _iterate_collections() -> Iterator[str]:
    for collection in COLLECTIONS:
        path = f"/collections/{collection}"
        yield from (path, f"{path}?datetime=2020-04-15", f"{path}/items?limit=2")
        yield from (f"{path}/{document}" for document in ("queryables", "sortables", "schema", "tiles"))


def _iterate_items() -> Iterator[str]:
    for collection, clock, place in itertools.product(COLLECTIONS, CLOCKS, PLACES):
        yield f"/collections/{collection}/items?{clock}&{place}"
    for form, accept in itertools.product(FORMATS, ("points-of-entry", "countries")):
        yield f"/collections/{accept}/items?datetime=2020-04-15&country=SRB&f={form}"
    yield from (f"/collections/points-of-entry/items?datetime=2020-04-15&{each}" for each in FILTERS)
    yield from (f"/collections/points-of-entry/items/OA-4612?{clock}" for clock in CLOCKS)


def _iterate_tiles() -> Iterator[str]:
    for collection, tile, ending in itertools.product(COLLECTIONS, ("0/0/0", "4/8/5", "7/70/46"), ("mvt", "geojson")):
        yield f"/collections/{collection}/tiles/{tile}.{ending}?datetime=2020-04-15"


def fetch_answer(client: httpx.Client, base: str, address: str) -> tuple[int, str, bytes]:
    """Fetch status, media type and normalized body."""
    response = client.get(base + address, headers={"Accept-Encoding": "identity"})
    media_type = response.headers.get("content-type", "")
    return response.status_code, media_type, normalize_body(response.content, base)


def normalize_body(body: bytes, base: str) -> bytes:
    """Replace the service's own address and the moment of the answer; a workbook becomes its parts without a moment."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [name for name in sorted(archive.namelist()) if name not in PARTS_WITH_MOMENT]
            body = b"".join(name.encode() + archive.read(name) for name in parts)
    return TIMESTAMP.sub(b"", body.replace(base.encode(), b"BASE"))


def compare_services(one: str, other: str) -> list[str]:
    """Compare all addresses; return a line for each that differs."""
    differences = []
    with httpx.Client(timeout=TIMEOUT_S) as client:
        for address in list_addresses():
            first, second = fetch_answer(client, one, address), fetch_answer(client, other, address)
            if first != second:
                sizes = f"{first[0]} {first[1]} {len(first[2])} B, {second[0]} {second[1]} {len(second[2])} B"
                differences.append(f"{address}: {sizes}")
    return differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", help="base address of the first service")
    parser.add_argument("other", help="base address of the second service")
    options = parser.parse_args()
    differences = compare_services(options.one.rstrip("/"), options.other.rstrip("/"))
    print(*differences, sep="\n")
    print(f"{len(differences)} of {len(list_addresses())} answers differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())

"""The catalogue of the snapshots: STAC 1.1.0 with the file extension, for programs that search for data."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from api.attribution import ATTRIBUTION, DESCRIPTION, TITLE
from api.collections import KEYWORDS, NOTICE
from api.formats.described import LICENCE
from api.snapshots.snapshot import FOLDER, Snapshot
from api.snapshots.staged_file import StagedFile
from api.snapshots.staging import SOURCES
from api.time_parameters import moment_text

Json = dict[str, Any]
VERSION = "1.1.0"
FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
CATALOGUE = "catalog.json"
COLLECTION = f"{FOLDER}/collection.json"
JSON, GEOJSON = "application/json", "application/geo+json"
# A multihash begins with its algorithm and length: SHA-256, 32 bytes.
SHA256 = "1220"
WORLD = (-180, -90, 180, 90)
# No single licence covers all data: each record has the licence of its source.
LICENSE = "other"


def catalogue() -> Json:
    return {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": "crossings",
        "title": TITLE,
        "description": f"{DESCRIPTION} {NOTICE}",
        "links": [_link("root", f"./{CATALOGUE}", JSON), _link("child", f"./{COLLECTION}", JSON, "Dated snapshots")],
    }


def collection(snapshots: Sequence[Snapshot]) -> Json:
    """Build the document that lists the snapshots, in order of their days. At least one is needed."""
    first, last = snapshots[0], snapshots[-1]
    return {
        "type": "Collection",
        "stac_version": VERSION,
        "id": FOLDER,
        "title": "Dated snapshots",
        "description": f"Each has every collection as the service answered for a day, as known at a moment. {NOTICE}",
        "keywords": list(KEYWORDS),
        "license": LICENSE,
        "attribution": ATTRIBUTION,
        "notice": NOTICE,
        "extent": {
            "spatial": {"bbox": [list(WORLD)]},
            "temporal": {"interval": [[_start_of(first.day), _start_of(last.day)]]},
        },
        "links": [
            _link("root", f"../{CATALOGUE}", JSON),
            _link("parent", f"../{CATALOGUE}", JSON),
            _link("license", f"./{last.name}/{SOURCES}", JSON, "Sources and licences"),
            *(_link("item", f"./{each.name}/{each.name}.json", GEOJSON, _title(each)) for each in snapshots),
        ],
    }


def item(snapshot: Snapshot, files: Iterable[StagedFile], published_at: dt.datetime, example: str = "") -> Json:
    west, south, east, north = WORLD
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": [FILE_EXTENSION],
        "id": snapshot.name,
        "collection": FOLDER,
        "bbox": list(WORLD),
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {
            "datetime": _start_of(snapshot.day),
            "as_known_at": moment_text(snapshot.as_known_at),
            "title": _title(snapshot),
            "created": moment_text(published_at),
            "updated": moment_text(published_at),
            "license": LICENSE,
            "licence_note": LICENCE.format(sources=SOURCES),
            "attribution": ATTRIBUTION,
            "notice": f"{example} {NOTICE}" if example else NOTICE,
        },
        "links": [
            _link("root", f"../../{CATALOGUE}", JSON),
            _link("parent", "../collection.json", JSON),
            _link("collection", "../collection.json", JSON),
            _link("license", f"./{SOURCES}", JSON, "Sources and licences"),
        ],
        "assets": {file.name: _asset(file) for file in files},
    }


def _asset(file: StagedFile) -> Json:
    asset = {
        "href": f"./{file.name}",
        "title": file.title,
        "type": file.media_type,
        "roles": [file.role],
        "file:size": file.size,
        "file:checksum": SHA256 + file.sha256,
    }
    return asset if file.features is None else asset | {"features": file.features}


def latest(snapshot: Snapshot, assets: Iterable[str]) -> Json:
    """Build the pointer to the newest files, for simple clients: paths relative to the pointer."""
    return {
        "snapshot": snapshot.name,
        "datetime": snapshot.day.isoformat(),
        "as_known_at": moment_text(snapshot.as_known_at),
        "item": snapshot.item,
        "files": {name: f"{snapshot.folder}/{name}" for name in assets},
    }


def _title(snapshot: Snapshot) -> str:
    return f"{snapshot.day}, as known at {snapshot.as_known_at:%Y-%m-%d %H:%M:%S} UTC"


def _start_of(day: dt.date) -> str:
    return f"{day}T00:00:00Z"


def _link(rel: str, href: str, media_type: str, title: str | None = None) -> Json:
    return {"rel": rel, "href": href, "type": media_type} | ({"title": title} if title else {})

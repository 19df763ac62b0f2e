"""The catalogue of the snapshots: STAC 1.1.0 with the file extension, for programs that search for data."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from api.collections.layer_metadata import LICENCE
from api.collections.registry import KEYWORDS, NOTICE
from api.publishing.asset import SnapshotAsset
from api.publishing.build import SOURCES_FILE
from api.publishing.snapshot import FOLDER, Snapshot
from api.responses.attribution import ATTRIBUTION, DESCRIPTION, TITLE
from api.values.datetimes import format_moment

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


def build_catalogue() -> Json:
    return {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": "crossings",
        "title": TITLE,
        "description": f"{DESCRIPTION} {NOTICE}",
        "links": [
            _build_link("root", f"./{CATALOGUE}", JSON),
            _build_link("child", f"./{COLLECTION}", JSON, "Dated snapshots"),
        ],
    }


def build_collection(snapshots: Sequence[Snapshot]) -> Json:
    """Build the document that lists the snapshots, in order of their days. At least one is needed."""
    first, last = snapshots[0], snapshots[-1]
    return {
        "type": "Collection",
        "stac_version": VERSION,
        "id": FOLDER,
        "title": "Dated snapshots",
        "description": f"Each has every collection for one day, as known at a moment. {NOTICE}",
        "keywords": list(KEYWORDS),
        "license": LICENSE,
        "attribution": ATTRIBUTION,
        "notice": NOTICE,
        "extent": {
            "spatial": {"bbox": [list(WORLD)]},
            "temporal": {"interval": [[_format_day_start(first.day), _format_day_start(last.day)]]},
        },
        "links": [
            _build_link("root", f"../{CATALOGUE}", JSON),
            _build_link("parent", f"../{CATALOGUE}", JSON),
            _build_link("license", f"./{last.name}/{SOURCES_FILE}", JSON, "Sources and licences"),
            *(
                _build_link("item", f"./{each.name}/{each.name}.json", GEOJSON, _format_title(each))
                for each in snapshots
            ),
        ],
    }


def build_item(
    snapshot: Snapshot, files: Iterable[SnapshotAsset], published_at: dt.datetime, example: str = ""
) -> Json:
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
            "datetime": _format_day_start(snapshot.day),
            "as_known_at": format_moment(snapshot.as_known_at),
            "title": _format_title(snapshot),
            "created": format_moment(published_at),
            "updated": format_moment(published_at),
            "license": LICENSE,
            "licence_note": LICENCE.format(sources=SOURCES_FILE),
            "attribution": ATTRIBUTION,
            "notice": f"{example} {NOTICE}" if example else NOTICE,
        },
        "links": [
            _build_link("root", f"../../{CATALOGUE}", JSON),
            _build_link("parent", "../collection.json", JSON),
            _build_link("collection", "../collection.json", JSON),
            _build_link("license", f"./{SOURCES_FILE}", JSON, "Sources and licences"),
        ],
        "assets": {file.name: _build_asset(file) for file in files},
    }


def _build_asset(file: SnapshotAsset) -> Json:
    asset = {
        "href": f"./{file.name}",
        "title": file.title,
        "type": file.media_type,
        "roles": [file.role],
        "file:size": file.size,
        "file:checksum": SHA256 + file.sha256,
    }
    return asset if file.features is None else asset | {"features": file.features}


def build_latest(snapshot: Snapshot, assets: Iterable[str]) -> Json:
    """Build the pointer to the newest files, for simple clients: paths relative to the pointer."""
    return {
        "snapshot": snapshot.name,
        "datetime": snapshot.day.isoformat(),
        "as_known_at": format_moment(snapshot.as_known_at),
        "item": snapshot.item,
        "files": {name: f"{snapshot.folder}/{name}" for name in assets},
    }


def _format_title(snapshot: Snapshot) -> str:
    return f"{snapshot.day}, as known at {snapshot.as_known_at:%Y-%m-%d %H:%M:%S} UTC"


def _format_day_start(day: dt.date) -> str:
    return f"{day}T00:00:00Z"


def _build_link(rel: str, href: str, media_type: str, title: str | None = None) -> Json:
    return {"rel": rel, "href": href, "type": media_type} | ({"title": title} if title else {})

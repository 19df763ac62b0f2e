"""Metadata of a layer, as QGIS shows it in the layer's properties and writes it into exports."""

import datetime as dt
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from api.collections.registry import KEYWORDS, NOTICE, Collection
from api.qgis.field_aliases import describe_fields
from api.qgis.xml import WGS84, add, add_crs
from api.responses.attribution import ATTRIBUTION

WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class LayerExtent:
    """Extent of a collection: west, south, east, north in degrees, and days (None: open)."""

    box: tuple[float, ...] = WORLD
    first_day: dt.date | None = None
    last_day: dt.date | None = None


def add_metadata(layer: ET.Element, collection: Collection, root: str, reach: LayerExtent) -> None:
    metadata = add(layer, "resourceMetadata")
    add(metadata, "identifier", f"{root}/collections/{collection.id}")
    add(metadata, "language", "ENG")
    add(metadata, "type", "dataset")
    add(metadata, "title", collection.title)
    add(metadata, "abstract", f"{collection.description}\n\n{NOTICE}\n\n{describe_fields(collection)}")
    keywords = add(metadata, "keywords", vocabulary="gmd:topicCategory")
    for keyword in KEYWORDS:
        add(keywords, "keyword", keyword)
    _add_links(metadata, collection, root)
    add(metadata, "rights", f"{ATTRIBUTION} {NOTICE}")
    add(metadata, "license", f"Licence of each source, as listed at {root}/sources")
    add_crs(add(metadata, "crs"), WGS84)
    _add_extent(metadata, reach)


def _add_links(metadata: ET.Element, collection: Collection, root: str) -> None:
    links = add(metadata, "links")
    address = f"{root}/collections/{collection.id}"
    for name, url in (
        ("The collection", address),
        ("Meaning of the fields", f"{address}/schema"),
        ("Meaning of the codes", f"{root}/codes"),
        ("Sources and licences", f"{root}/sources"),
    ):
        add(links, "link", name=name, url=url, type="WWW:LINK", mimeType="text/html")


def _add_extent(metadata: ET.Element, reach: LayerExtent) -> None:
    west, south, east, north = reach.box
    extent = add(metadata, "extent")
    box = {"minx": west, "miny": south, "maxx": east, "maxy": north, "minz": 0, "maxz": 0}
    add(extent, "spatial", crs=f"EPSG:{WGS84}", dimensions=2, **box)
    period = add(add(extent, "temporal"), "period")
    add(period, "start", format_day_start(reach.first_day))
    add(period, "end", format_day_start(reach.last_day and reach.last_day + dt.timedelta(days=1)))


def format_day_start(day: dt.date | None) -> str:
    """Format the beginning of a day as QGIS writes it; empty for None."""
    return f"{day.isoformat()}T00:00:00Z" if day else ""

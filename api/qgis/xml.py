"""XML elements of QGIS projects and styles."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from api.formats.xml_text import clean_xml_text

VERSION = "3.22.0"
WGS84 = 4326
WEB_MERCATOR = 3857
SRSIDS = {WGS84: 3452, WEB_MERCATOR: 3857}


def add(parent: ET.Element, name: str, text: str | None = None, /, **attributes: object) -> ET.Element:
    """Add an element. A character that XML cannot hold, which the name of a source may have, is replaced."""
    element = ET.SubElement(parent, name, {each: _clean_value(value) for each, value in attributes.items()})
    element.text = None if text is None else _clean_value(text)
    return element


def add_options(parent: ET.Element, options: Mapping[str, str], **attributes: str) -> ET.Element:
    """Add the map of texts that QGIS stores most settings in."""
    holder = add(parent, "Option", type="Map", **attributes)
    for name, value in options.items():
        add(holder, "Option", type="QString", name=name, value=value)
    return holder


def add_crs(parent: ET.Element, epsg: int) -> None:
    """Add the coordinate reference system by its numbers. QGIS looks up the rest in its table, by its own number."""
    system = add(parent, "spatialrefsys")
    add(system, "srsid", str(SRSIDS[epsg]))
    add(system, "srid", str(epsg))
    add(system, "authid", f"EPSG:{epsg}")


def serialize_xml(document: ET.Element) -> bytes:
    content: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return content


def _clean_value(value: object) -> str:
    return clean_xml_text(str(value))

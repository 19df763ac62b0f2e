"""Style of a layer: its symbols, its field names, and, for a file, its days for the temporal controller.

The service's files use the same field names, so a style fits a downloaded layer as well.
"""

from dataclasses import replace
from xml.etree import ElementTree as ET

from api.collections.properties import get_default_properties, get_id_property
from api.collections.registry import Collection
from api.formats.layer import Layer
from api.qgis.field_aliases import add_aliases, add_choices
from api.qgis.renderer import add_renderer
from api.qgis.temporal import add_days
from api.qgis.xml import VERSION, add, serialize_xml

GEOMETRY_TYPES = {"Point": "0", "MultiPolygon": "2"}


def build_style_document(collection: Collection) -> bytes:
    """Build the style as a .qml file."""
    document = ET.Element("qgis", version=VERSION, styleCategories="AllStyleCategories", labelsEnabled="0")
    if collection.qgis.time:
        add_days(document, collection.qgis.time)
    add_style(document, collection)
    add(document, "layerGeometryType", GEOMETRY_TYPES[collection.geometry])
    return serialize_xml(document)


def attach_style(layer: Layer, collection: Collection) -> Layer:
    """Add the style to the layer of a file, unless the file lacks geometry or properties the style may need."""
    is_whole = layer.srid is not None and get_default_properties(collection).keys() <= {
        each.name for each in layer.columns
    }
    return replace(layer, style=build_style_document(collection).decode()) if is_whole else layer


def add_style(layer: ET.Element, collection: Collection) -> None:
    """Add the parts of a style that the layer of a project and a style document share."""
    add_renderer(layer, collection)
    add_choices(layer, collection)
    add_aliases(layer, collection)
    named = "name" if "name" in get_default_properties(collection) else get_id_property(collection).name
    add(layer, "previewExpression", f'"{named}"')

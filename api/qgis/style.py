"""Style of a layer: its symbols, its field names, and, for a file, its days for the temporal controller.

The service's files use the same field names, so a style fits a downloaded layer as well.
"""

from dataclasses import replace
from xml.etree import ElementTree as ET

from api.collections import Collection
from api.fields import fields_of
from api.formats.layer import Layer
from api.qgis.element import VERSION, add, written
from api.qgis.field_words import add_aliases, add_choices
from api.qgis.renderer import add_renderer
from api.qgis.temporal import add_days, goes_through_time

GEOMETRY_TYPES = {"Point": "0", "MultiPolygon": "2"}


def style_document(collection: Collection) -> bytes:
    """Build the style as a .qml file."""
    document = ET.Element("qgis", version=VERSION, styleCategories="AllStyleCategories", labelsEnabled="0")
    if goes_through_time(collection):
        add_days(document)
    add_style(document, collection)
    add(document, "layerGeometryType", GEOMETRY_TYPES[collection.geometry])
    return written(document)


def style_file(layer: Layer, collection: Collection) -> Layer:
    """Add the style to the layer of a file, unless the file lacks geometry or properties the style may need."""
    is_whole = layer.srid is not None and fields_of(collection).keys() <= {each.name for each in layer.columns}
    return replace(layer, style=style_document(collection).decode()) if is_whole else layer


def add_style(layer: ET.Element, collection: Collection) -> None:
    """Add the parts of a style that the layer of a project and a style document share."""
    add_renderer(layer, collection)
    add_choices(layer, collection)
    add_aliases(layer, collection)
    add(layer, "previewExpression", '"name"')

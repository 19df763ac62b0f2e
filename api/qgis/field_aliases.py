"""Aliases of fields in QGIS, and the labels of their codes.

A layer stores no descriptions of fields. QGIS shows the descriptions of the service's schema if it reads one, and the
layer's metadata everywhere.
"""

from xml.etree import ElementTree as ET

from api.collections.properties import CollectionProperty, get_default_properties
from api.collections.registry import Collection
from api.qgis.xml import add, add_options
from models.codes import get_code_list


def add_aliases(layer: ET.Element, collection: Collection) -> None:
    aliases = add(layer, "aliases")
    for field in get_default_properties(collection).values():
        add(aliases, "alias", field=field.name, name=field.title)


def add_choices(layer: ET.Element, collection: Collection) -> None:
    """Add the labels of codes. Tables and forms show the label; filters and expressions use the code."""
    configuration = add(layer, "fieldConfiguration")
    for field in get_default_properties(collection).values():
        if field.codes and field.kind == "string":
            _add_choice(add(configuration, "field", name=field.name, configurationFlags="None"), field.codes)


def _add_choice(field: ET.Element, codes: str) -> None:
    widget = add(field, "editWidget", type="ValueMap")
    choices = add(add_options(add(widget, "config"), {}), "Option", type="List", name="map")
    for item in get_code_list(codes).items:
        add_options(choices, {item.labels["en"]: item.code})


def describe_fields(collection: Collection) -> str:
    """Describe the fields, one line for each."""
    return "\n".join(_describe_field(field) for field in get_default_properties(collection).values())


def _describe_field(field: CollectionProperty) -> str:
    return f"{field.name} ({field.title}): {field.description}"

"""Layer of a project for a collection, read from the service page by page."""

from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from api.attribution import ATTRIBUTION
from api.collections import Collection
from api.qgis.element import WGS84, add, add_crs
from api.qgis.metadata import LayerExtent, add_metadata
from api.qgis.style import add_style
from api.qgis.temporal import add_moments, build_moment_parameters, is_temporal

GEOMETRIES = {"Point": "Point", "MultiPolygon": "Polygon"}
PROVIDER = "OAPIF"


def add_layer(layers: ET.Element, collection: Collection, root: str, reach: LayerExtent, title: str) -> None:
    layer = add(
        layers,
        "maplayer",
        type="vector",
        geometry=GEOMETRIES[collection.geometry],
        wkbType=collection.geometry,
        styleCategories="AllStyleCategories",
        labelsEnabled=0,
        hasScaleBasedVisibilityFlag=0,
    )
    add(layer, "id", format_layer_id(collection))
    add(layer, "datasource", format_data_source(collection, root))
    add(layer, "layername", title)
    add(layer, "shortname", collection.id)
    add(layer, "attribution", ATTRIBUTION, href=f"{root}/sources")
    add_crs(add(layer, "srs"), WGS84)
    add_metadata(layer, collection, root, reach)
    add(layer, "provider", PROVIDER, encoding="UTF-8")
    if is_temporal(collection):
        add_moments(layer)
    add_style(layer, collection)


def format_layer_id(collection: Collection) -> str:
    """Format the id. QGIS accepts letters, digits and underscores, and only ids longer than ten of them."""
    return f"crossings_{collection.id.replace('-', '_')}"


def format_data_source(collection: Collection, root: str) -> str:
    """Format the address that QGIS reads from. QGIS requests only the part of the map in view.

    The address names no day and no moment: the layer shows the current data. The service stores CRS84, so that no
    coordinates are transformed.
    """
    query = f"?{urlencode(build_moment_parameters(), safe=',')}" if is_temporal(collection) else ""
    address = f"{root}/{query}".replace("'", "%27")
    return f"url='{address}' typename='{collection.id}' srsname='OGC:CRS84' restrictToRequestBBOX='1'"

"""QGIS project: all collections as layers over the countries, which are its only background."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from api.collections.registry import COLLECTIONS, NOTICE, Collection
from api.qgis.metadata import LayerExtent, add_metadata, format_day_start
from api.qgis.style import add_style
from api.qgis.temporal import add_moments, build_moment_parameters
from api.qgis.xml import VERSION, WEB_MERCATOR, WGS84, add, add_crs, serialize_xml
from api.responses.attribution import ATTRIBUTION, DESCRIPTION, TITLE

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
    if collection.qgis.time:
        add_moments(layer, collection.qgis.time)
    add_style(layer, collection)


def format_layer_id(collection: Collection) -> str:
    """Format the id. QGIS accepts letters, digits and underscores, and only ids longer than ten of them."""
    return f"crossings_{collection.id.replace('-', '_')}"


def format_data_source(collection: Collection, root: str) -> str:
    """Format the address that QGIS reads from. QGIS requests only the part of the map in view.

    The address names no day and no moment: the layer shows the current data. The service stores CRS84, so that no
    coordinates are transformed.
    """
    time = collection.qgis.time
    query = f"?{urlencode(build_moment_parameters(collection, time), safe=',')}" if time else ""
    address = f"{root}/{query}".replace("'", "%27")
    return f"url='{address}' typename='{collection.id}' srsname='OGC:CRS84' restrictToRequestBBOX='1'"


# The projection of web maps: the project looks like the web map, and shapes are not distorted when zoomed in.
CRS = WEB_MERCATOR
# From 60 degrees south to 80 degrees north, in metres.
WORLD = {"xmin": -20037508, "ymin": -8399738, "xmax": 20037508, "ymax": 15538711}
LAYER_ORDER = tuple(sorted(COLLECTIONS.values(), key=lambda collection: collection.qgis.place))
BACKGROUND = tuple(collection for collection in LAYER_ORDER if collection.qgis.is_background)
# A fixed time makes equal files from equal content.
ARCHIVE_TIME = (2020, 1, 1, 0, 0, 0)


def build_project_file(root: str, reaches: Mapping[str, LayerExtent], today: dt.date, notice: str = "") -> bytes:
    """Build the project as a .qgz file, a .qgs file in a zip. `root` is the service's address, without a slash.

    `notice` is the notice of example data, or empty. Its first words follow the names of project and layers.
    """
    document = serialize_xml(build_project_document(root, reaches, today, notice))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("crossings.qgs", ARCHIVE_TIME), document, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def build_project_document(
    root: str, reaches: Mapping[str, LayerExtent], today: dt.date, notice: str = ""
) -> ET.Element:
    """Build the project; `reaches` has the extent of each collection by its id."""
    project = ET.Element("qgis", version=VERSION, projectname=TITLE)
    add(project, "title", _format_title(TITLE, notice))
    _add_crs(project)
    _add_legend(project, root, notice)
    _add_canvas(project)
    layers = add(project, "projectlayers")
    for collection in LAYER_ORDER:
        add_layer(layers, collection, root, reaches[collection.id], _format_title(collection.title, notice))
    _add_order(project)
    _add_views(project)
    _add_project_metadata(project, root, notice)
    add_crs(add(add(project, "ProjectViewSettings"), "DefaultViewExtent", **WORLD), CRS)
    _add_time(project, _find_stepped_reach(reaches), today)
    return project


def _format_title(title: str, notice: str) -> str:
    return f"{title} ({notice.partition(':')[0]})" if notice else title


def _add_crs(project: ET.Element) -> None:
    """Add the coordinate reference system. QGIS uses it only if the project has `ProjectionsEnabled`."""
    add_crs(add(project, "projectCrs"), CRS)
    add(add(add(project, "properties"), "SpatialRefSys"), "ProjectionsEnabled", "1", type="int")


def _add_legend(project: ET.Element, root: str, notice: str) -> None:
    tree = add(project, "layer-tree-group")
    for collection in LAYER_ORDER:
        is_shown = collection.qgis.is_shown
        add(
            tree,
            "layer-tree-layer",
            id=format_layer_id(collection),
            name=_format_title(collection.title, notice),
            providerKey=PROVIDER,
            source=format_data_source(collection, root),
            checked="Qt::Checked" if is_shown else "Qt::Unchecked",
            expanded=int(is_shown),
        )


def _add_canvas(project: ET.Element) -> None:
    canvas = add(project, "mapcanvas", name="theMapCanvas", annotationsVisible=1)
    add(canvas, "units", "meters")
    extent = add(canvas, "extent")
    for side, metres in WORLD.items():
        add(extent, side, str(metres))
    add_crs(add(canvas, "destinationsrs"), CRS)


def _add_order(project: ET.Element) -> None:
    order = add(project, "layerorder")
    for collection in LAYER_ORDER:
        add(order, "layer", id=format_layer_id(collection))


def _add_views(project: ET.Element) -> None:
    """Add map themes: the layers shown together, by one click on the eye above the legend."""
    presets = add(project, "visibility-presets")
    for shown in COLLECTIONS.values():
        if shown.qgis.view is None:
            continue
        preset = add(presets, "visibility-preset", name=shown.qgis.view)
        for collection in (shown, *BACKGROUND):
            add(preset, "layer", id=format_layer_id(collection), visible=1)


def _add_project_metadata(project: ET.Element, root: str, notice: str) -> None:
    metadata = add(project, "projectMetadata")
    add(metadata, "identifier", f"{root}/")
    add(metadata, "title", _format_title(TITLE, notice))
    add(metadata, "abstract", "\n\n".join(filter(None, [notice, DESCRIPTION, NOTICE])))


def _find_stepped_reach(reaches: Mapping[str, LayerExtent]) -> LayerExtent:
    """Find the extent of the first layer that the temporal controller steps through."""
    return next((reaches[each.id] for each in LAYER_ORDER if each.qgis.time), LayerExtent())


def _add_time(project: ET.Element, reach: LayerExtent, today: dt.date) -> None:
    """Add the days that the temporal controller steps through by weeks: from the first record to the last day.

    A project without a record has no range.
    """
    time = add(project, "ProjectTimeSettings", timeStep=1, timeStepUnit="wk", frameRate=1, cumulativeTemporalRange=0)
    if reach.first_day:
        span = add(time, "TemporalRange")
        add(span, "start", format_day_start(reach.first_day))
        add(span, "end", format_day_start((reach.last_day or max(today, reach.first_day)) + dt.timedelta(days=1)))

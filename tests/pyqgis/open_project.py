"""Open a project, tell what is in it, and draw it as it opens: open_project.py FILE PICTURE."""

import sys
from collections import Counter
from typing import Any

from application import print_json, run_qgis
from qgis.core import QgsMapRendererParallelJob, QgsMapSettings, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QSize
from qgis.PyQt.QtGui import QColor, QImage

SIZE = QSize(1400, 840)


def describe_layer(layer: QgsVectorLayer) -> dict[str, Any]:
    temporal, metadata = layer.temporalProperties(), layer.metadata()
    return {
        "title": layer.name(),
        "is_valid": layer.isValid(),
        "provider": layer.providerType(),
        "source": layer.source(),
        "crs": layer.crs().authid(),
        "renderer": layer.renderer() and layer.renderer().type(),
        "legend": layer.renderer() and [item.label() for item in layer.renderer().legendSymbolItems()],
        "aliases": {field.name(): field.alias() for field in layer.fields()},
        "is_temporal": temporal.isActive(),
        "start_field": temporal.startField(),
        "end_field": temporal.endField(),
        "abstract": metadata.abstract(),
        "rights": metadata.rights(),
        "licences": metadata.licenses(),
        "links": [link.url for link in metadata.links()],
        "keywords": [word for words in metadata.keywords().values() for word in words],
        "attribution": layer.attribution(),
        "box": [box.bounds.toRectangle().toString(1) for box in metadata.extent().spatialExtents()],
    }


def draw(project: QgsProject, picture: str) -> dict[str, Any]:
    """Draw what is visible as the project opens, in the order of the legend; give what went wrong, and the colours."""
    settings = QgsMapSettings()
    settings.setLayers([layer for layer in project.layerTreeRoot().layerOrder() if is_visible(project, layer)])
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setOutputSize(SIZE)
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    while job.isActive():
        QCoreApplication.processEvents()
    job.renderedImage().save(picture)
    return {"errors": [error.message for error in job.errors()], "colours": find_colours(job.renderedImage())}


def find_colours(image: QImage) -> dict[str, int]:
    """How many pixels there are of each colour."""
    plain = image.convertToFormat(QImage.Format_RGB32)
    pixels = Counter(memoryview(plain.constBits().asstring(plain.sizeInBytes())).cast("I"))
    return {f"#{pixel & 0xFFFFFF:06x}": number for pixel, number in pixels.items()}


def is_visible(project: QgsProject, layer: QgsVectorLayer) -> bool:
    return bool(project.layerTreeRoot().findLayer(layer).isVisible())


def describe_project(project: QgsProject) -> dict[str, Any]:
    time, order = project.timeSettings(), project.layerTreeRoot().layerOrder()
    themes = project.mapThemeCollection()
    return {
        "title": project.title(),
        "crs": project.crs().authid(),
        "order": [layer.id() for layer in order],
        "visible": [layer.id() for layer in order if is_visible(project, layer)],
        "views": {theme: themes.mapThemeVisibleLayerIds(theme) for theme in themes.mapThemes()},
        "step": [time.timeStep(), time.timeStepUnit()],
        "begins": time.temporalRange().begin(),
        "ends": time.temporalRange().end(),
        "layers": {layer.id(): describe_layer(layer) for layer in order},
    }


if __name__ == "__main__":
    with run_qgis():
        opened = QgsProject.instance()
        is_read = opened.read(sys.argv[1])
        print_json({"is_read": is_read} | draw(opened, sys.argv[2]) | describe_project(opened))
        opened.clear()

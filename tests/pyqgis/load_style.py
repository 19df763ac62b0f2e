"""Load a style on a layer and tell what the layer has of it: load_style.py STYLE SOURCE PROVIDER."""

import sys
from typing import Any

from application import print_json, run_qgis
from qgis.core import QgsExpressionContext, QgsRenderContext, QgsVectorLayer


def load_style(style: str, source: str, provider: str) -> dict[str, Any]:
    layer = QgsVectorLayer(source, "layer", provider)
    message, is_loaded = layer.loadNamedStyle(style)
    symbols = [item for item in layer.renderer().legendSymbolItems() if item.symbol()]
    return {
        "is_loaded": is_loaded,
        "message": message,
        "renderer": layer.renderer().type(),
        "symbols": [[item.label(), item.symbol().color().name()] for item in symbols],
        "aliases": {field.name(): field.alias() for field in layer.fields()},
        "choices": [each.name() for each in layer.fields() if each.editorWidgetSetup().type() == "ValueMap"],
        "is_temporal": layer.temporalProperties().isActive(),
        "drawn": draw(layer),
    }


def draw(layer: QgsVectorLayer) -> int:
    """How many of the features the renderer has a symbol for."""
    renderer, context = layer.renderer().clone(), QgsRenderContext()
    context.setExpressionContext(QgsExpressionContext(layer.createExpressionContext()))
    renderer.startRender(context, layer.fields())
    number = 0
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        number += bool(renderer.willRenderFeature(feature, context))
    renderer.stopRender(context)
    return number


if __name__ == "__main__":
    with run_qgis():
        print_json(load_style(*sys.argv[1:]))

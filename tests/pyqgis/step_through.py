"""Tell how many records a project shows in each step of the temporal controller: step_through.py FILE FIRST/AFTER..."""

import sys

from application import print_json, run_qgis
from qgis.core import (
    QgsDateTimeRange,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeatureRequest,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDateTime, Qt


def count_shown(layer: QgsVectorLayer, step: str) -> int:
    """Features that pass the filter by which QGIS draws a step, whose last moment is no part of it."""
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    begin, end = (QDateTime.fromString(day, Qt.ISODate) for day in step.split("/"))
    days = QgsDateTimeRange(begin, end, includeBeginning=True, includeEnd=False)
    request = QgsFeatureRequest().setFilterExpression(layer.temporalProperties().createFilterString(context, days))
    request.setExpressionContext(QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer)))
    return sum(1 for _ in layer.getFeatures(request))


if __name__ == "__main__":
    with run_qgis():
        project = QgsProject.instance()
        project.read(sys.argv[1])
        records = project.mapLayer("crossings_restrictions")
        print_json({step: count_shown(records, step) for step in sys.argv[2:]})
        records = None
        project.clear()

"""Tell what QGIS reads of each collection of a service: read_layers.py ADDRESS COLLECTION..."""

import sys
from typing import Any

from application import print_json, run_qgis
from qgis.core import QgsVectorLayer, QgsWkbTypes


def read(address: str, collection: str) -> dict[str, Any]:
    layer = QgsVectorLayer(f"url='{address}/' typename='{collection}'", collection, "OAPIF")
    return {
        "is_valid": layer.isValid(),
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "geometry": QgsWkbTypes.displayString(layer.wkbType()),
        "types": {field.name(): field.typeName() for field in layer.fields()},
        "features": [feature.attributeMap() for feature in layer.getFeatures()],
        "without_place": sum(1 for feature in layer.getFeatures() if feature.geometry().isNull()),
    }


if __name__ == "__main__":
    with run_qgis():
        print_json({collection: read(sys.argv[1], collection) for collection in sys.argv[2:]})

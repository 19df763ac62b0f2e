"""Tell how many restrictions of each status QGIS finds on a day: count_on_day.py ADDRESS DAY..."""

import sys
from collections import Counter

from application import print_json, run_qgis
from qgis.core import QgsFeatureRequest, QgsVectorLayer


def count(address: str, day: str) -> dict[str, int]:
    layer = QgsVectorLayer(f"url='{address}/' typename='restrictions'", "restrictions", "OAPIF")
    on_day = f"valid_from <= to_date('{day}') AND (valid_to IS NULL OR valid_to >= to_date('{day}'))"
    request = QgsFeatureRequest().setFilterExpression(on_day)
    return dict(Counter(feature["operational_status"] for feature in layer.getFeatures(request)))


if __name__ == "__main__":
    with run_qgis():
        print_json({day: count(sys.argv[1], day) for day in sys.argv[2:]})

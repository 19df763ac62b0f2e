"""Days: one in the address of a connection, and many by the temporal controller."""

from checks import check, run_checks
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
from service import IN_SERBIA, count_items, first_items, get_file
from session import SERBIA, open_layer, take_requests


@check("a connection with a day and a country shows that day and country")
def _() -> None:
    asked = {"datetime": "2020-06-10", "country": "SRB"}
    layer = open_layer("points-of-entry", parameters="?datetime=2020-06-10&country=SRB")
    read = {each["code"]: each["operational_status"] for each in layer.getFeatures()}
    told = [each["properties"] for each in first_items("points-of-entry", 1000, **asked)]
    assert read == {each["code"]: each["operational_status"] for each in told}
    assert any(each["assessed"] for each in told)


@check("a connection with a region and a filter shows those")
def _() -> None:
    layer = open_layer("points-of-entry", parameters="?region=SEEECA&poe_type=blue_border_point")
    expected = count_items("points-of-entry", region="SEEECA", poe_type="blue_border_point")
    assert sum(1 for _ in layer.getFeatures()) == expected > 0


def count_in_step(layer: QgsVectorLayer, first: str, after: str) -> int:
    """Return how many features around Serbia are drawn for a step that ends before the day `after`."""
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    begin, end = (QDateTime.fromString(f"{day}T00:00:00Z", Qt.ISODate) for day in (first, after))
    days = QgsDateTimeRange(begin, end, includeBeginning=True, includeEnd=False)
    request = QgsFeatureRequest().setFilterExpression(layer.temporalProperties().createFilterString(context, days))
    request.setExpressionContext(QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer)))
    return sum(1 for _ in layer.getFeatures(request.setFilterRect(SERBIA)))


@check("the temporal controller: each week has the records of its days, and only the first asks for them")
def _() -> None:
    project = QgsProject()
    assert project.read(get_file("/qgis/crossings.qgz", "/tmp/crossings.qgz"))  # noqa: S108 - in the chroot
    layer = project.mapLayer("crossings_restrictions")
    assert layer.temporalProperties().isActive()
    for place, (first, after) in enumerate(
        (("2020-06-10", "2020-06-17"), ("2020-06-17", "2020-06-24"), ("2020-05-20", "2020-05-27"))
    ):
        take_requests()
        in_step = f"valid_from < DATE('{after}') AND (valid_to > DATE('{first}') OR valid_to IS NULL)"
        assert count_in_step(layer, first, after) == count_items("restrictions", bbox=IN_SERBIA, filter=in_step)
        assert place == 0 or not take_requests()


if __name__ == "__main__":
    run_checks()

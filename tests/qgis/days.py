"""Days: one in the address of a connection, and many by the temporal controller."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from checks import check, run_checks
from qgis.core import (
    QgsDateTimeRange,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeatureRequest,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDateTime, Qt
from service import IN_SERBIA, count_items, first_items, get_file
from session import SERBIA, open_layer, take_requests

# Features in a page of QGIS.
PAGE = 1000


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


def open_restrictions(project: QgsProject) -> QgsVectorLayer:
    """Return the layer of the service's project that goes through time; it lives as long as the project."""
    assert project.read(get_file("/qgis/crossings.qgz", "/tmp/crossings.qgz"))  # noqa: S108 - in the chroot
    layer = project.mapLayer("crossings_restrictions")
    assert layer.temporalProperties().isActive()
    return layer


@contextmanager
def clock_of(zone: str) -> Iterator[None]:
    """Have QGIS's user live in the time zone."""
    _set_clock(zone)
    try:
        yield
    finally:
        _set_clock("UTC")


def _set_clock(zone: str) -> None:
    os.environ["TZ"] = zone
    time.tzset()


def count_in_step(layer: QgsVectorLayer, first: str, after: str, box: QgsRectangle | None = None) -> int:
    """Return how many features in the box are drawn for a step that ends before the day `after`."""
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    begin, end = (QDateTime.fromString(f"{day}T00:00:00Z", Qt.ISODate) for day in (first, after))
    days = QgsDateTimeRange(begin, end, includeBeginning=True, includeEnd=False)
    request = QgsFeatureRequest().setFilterExpression(layer.temporalProperties().createFilterString(context, days))
    request.setExpressionContext(QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer)))
    return sum(1 for _ in layer.getFeatures(request.setFilterRect(box) if box else request))


def in_step(first: str, after: str) -> str:
    """Return the filter for the records of the days from `first` up to and not including `after`."""
    return f"valid_from < DATE('{after}') AND (valid_to > DATE('{first}') OR valid_to IS NULL)"


@check("the temporal controller: a first step on the world asks for the records of its week, and for no others")
def _() -> None:
    project = QgsProject()
    layer = open_restrictions(project)
    first, after = "2020-06-10", "2020-06-17"
    expected, everything = count_items("restrictions", filter=in_step(first, after)), count_items("restrictions")
    take_requests()
    assert count_in_step(layer, first, after) == expected < everything
    pages = [each for each in take_requests() if "/items?" in each]
    assert all(f"TIMESTAMP('{after}" in each for each in pages), pages
    assert len(pages) == ceil(expected / PAGE) < ceil(everything / PAGE), (len(pages), expected, everything)


@check("the temporal controller: each week has the records of its days, on a clock anywhere")
def _() -> None:
    weeks = (("2020-06-10", "2020-06-17"), ("2020-06-17", "2020-06-24"), ("2020-05-20", "2020-05-27"))
    expected = [count_items("restrictions", bbox=IN_SERBIA, filter=in_step(*week)) for week in weeks]
    for zone in ("UTC", "America/New_York", "Pacific/Tongatapu"):
        with clock_of(zone):
            project = QgsProject()
            layer = open_restrictions(project)
            # Twice: what is there already QGIS compares itself.
            for _ in range(2):
                assert [count_in_step(layer, *week, SERBIA) for week in weeks] == expected, zone


if __name__ == "__main__":
    run_checks()

"""Days of records under QGIS's temporal controller.

Only layers with a `time` have them. The other layers show today; another day has another address.
"""

from xml.etree import ElementTree as ET

from api.collections.collection import QgisTime
from api.collections.properties import get_properties
from api.collections.registry import Collection
from api.qgis.xml import add

START_AND_END_FROM_FIELDS = 2
START_AND_END_FROM_EXPRESSIONS = 4
INCLUDE_BEGIN_EXCLUDE_END = 0
# A record without an end continues. A year ahead is beyond the steps of the project, and leaves a full range of the
# layer, which QGIS takes from these expressions, that is short enough to step through.
END_OF_DAYS = """coalesce(to_datetime("{}"), now() + to_interval('1 year'))"""


def add_days(layer: ET.Element, time: QgisTime) -> None:
    """Add the days on which a feature is shown: from its first day up to and not including its end.

    It uses expressions, although QGIS has a mode for two fields. In this mode QGIS 3.22 compares a day with the moments
    of a step as texts, and so would show a record one step before its first day; and if the first records have no end,
    it takes the end field for text. The fields are named as well, for users who switch to the mode.
    """
    _add_temporal(
        layer,
        mode=START_AND_END_FROM_EXPRESSIONS,
        startField=time.first_day,
        endField=time.end_day,
        startExpression=f'to_datetime("{time.first_day}")',
        endExpression=END_OF_DAYS.format(time.end_day),
    )


def add_moments(layer: ET.Element, time: QgisTime) -> None:
    """Add the moments between which a feature is shown, by fields that the layer's address has to name.

    The service compares moments, but for expressions with days QGIS downloads all records.
    """
    _add_temporal(
        layer,
        mode=START_AND_END_FROM_FIELDS,
        startField=time.start,
        endField=time.end,
        startExpression="",
        endExpression="",
    )


def build_moment_parameters(collection: Collection, time: QgisTime) -> dict[str, str]:
    """Build the parameters for the address of a layer with the fields that `add_moments` names.

    Ended records come first: before version 3.44 QGIS takes the types of fields from the first ten records, and a field
    without a value in them for text.
    """
    return {"properties": ",".join(get_properties(collection)), "sortby": time.end_day}


def _add_temporal(layer: ET.Element, **days: int | str) -> None:
    add(
        layer,
        "temporal",
        enabled=1,
        limitMode=INCLUDE_BEGIN_EXCLUDE_END,
        durationUnit="wk",
        accumulate=0,
        **days,
    )

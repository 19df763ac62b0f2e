"""How records go through time under QGIS's temporal controller.

Only records do. What the other layers show is of today, and another day is another address.
"""

from xml.etree import ElementTree as ET

from api.qgis.element import add

START_AND_END_FROM_EXPRESSIONS = 4
BEGIN_IS_IN_AND_END_IS_NOT = 0
# A record without a known end holds on. A year ahead is beyond the steps that are taken, and the full range of the
# layer, which QGIS takes from these expressions, stays one that can be stepped through.
END = """coalesce(to_datetime("valid_to"), now() + to_interval('1 year'))"""


def add_temporal(layer: ET.Element) -> None:
    """Add the days on which a feature is shown: those from `valid_from` up to and not including `valid_to`.

    By expressions, although QGIS has a mode for two fields. QGIS 3.22 compares a day with the moments of a step as
    texts, and so would show a record one step before its first day; and where the first records have no end, it
    takes that field for text. The fields are named as well, for who switches to that mode.
    """
    add(
        layer,
        "temporal",
        enabled=1,
        mode=START_AND_END_FROM_EXPRESSIONS,
        limitMode=BEGIN_IS_IN_AND_END_IS_NOT,
        startField="valid_from",
        endField="valid_to",
        startExpression='to_datetime("valid_from")',
        endExpression=END,
        durationUnit="wk",
        accumulate=0,
    )

"""How records go through time under QGIS's temporal controller.

Only records do. What the other layers show is of today, and another day is another address.
"""

from xml.etree import ElementTree as ET

from api.collections import COLLECTIONS, Collection
from api.fields import all_fields_of
from api.qgis.element import add

START_AND_END_FROM_FIELDS = 2
START_AND_END_FROM_EXPRESSIONS = 4
BEGIN_IS_IN_AND_END_IS_NOT = 0
START, END = "start_datetime", "end_datetime"
# A record without a known end holds on. A year ahead is beyond the steps that are taken, and the full range of the
# layer, which QGIS takes from these expressions, stays one that can be stepped through.
END_OF_DAYS = """coalesce(to_datetime("valid_to"), now() + to_interval('1 year'))"""


def goes_through_time(collection: Collection) -> bool:
    return collection.id == "restrictions"


def add_days(layer: ET.Element) -> None:
    """Add the days on which a feature is shown: those from `valid_from` up to and not including `valid_to`.

    By expressions, although QGIS has a mode for two fields. QGIS 3.22 compares a day with the moments of a step as
    texts, and so would show a record one step before its first day; and where the first records have no end, it
    takes that field for text. The fields are named as well, for who switches to that mode.
    """
    _add(
        layer,
        mode=START_AND_END_FROM_EXPRESSIONS,
        startField="valid_from",
        endField="valid_to",
        startExpression='to_datetime("valid_from")',
        endExpression=END_OF_DAYS,
    )


def add_moments(layer: ET.Element) -> None:
    """Add the moments between which a feature is shown, by fields that have to be named in the layer's address.

    QGIS has the service compare moments, where it downloads all records to compare what an expression makes of days.
    """
    _add(layer, mode=START_AND_END_FROM_FIELDS, startField=START, endField=END, startExpression="", endExpression="")


def parameters_of_moments() -> dict[str, str]:
    """Parameters for the address of a layer that has the fields that `add_moments` names.

    Ended records come first: before version 3.44 QGIS takes the types of fields from the first ten, and one without
    a value in them for text.
    """
    return {"properties": ",".join(all_fields_of(COLLECTIONS["restrictions"])), "sortby": "valid_to"}


def _add(layer: ET.Element, **days: int | str) -> None:
    add(
        layer,
        "temporal",
        enabled=1,
        limitMode=BEGIN_IS_IN_AND_END_IS_NOT,
        durationUnit="wk",
        accumulate=0,
        **days,
    )

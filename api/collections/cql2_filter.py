"""Conditions in CQL2: of the parameter `filter` (OGC API - Features Part 3), and of parameters of a collection."""

import datetime as dt

from api.collections.property_filters import build_queryables
from api.collections.registry import Collection
from api.cql2.cost import check_cost
from api.cql2.errors import BadFilter
from api.cql2.json_parser import parse_json_text
from api.cql2.sql import compile_filter
from api.cql2.sql_expression import Expression
from api.cql2.sql_spatial import FilterCrs
from api.cql2.text_parser import parse_text
from api.parameters.errors import BadParameters
from api.parameters.shared import FeaturesParameters
from api.settings import get_settings

# GDAL sends conditions only where it finds `cql-text`; without it, GDAL sent a comparison of any date as `datetime`.
FILTER_PARSERS = {"cql2-text": parse_text, "cql2-json": parse_json_text, "cql-text": parse_text}
MAX_SHOWN_CHARACTERS = 200


def build_filter_condition(collection: Collection, parameters: FeaturesParameters) -> Expression | None:
    """Build the condition of `filter` on the collection's columns.

    Raises BadParameters for invalid CQL2, unknown properties, and values that cannot be compared.
    """
    if parameters.filter is None:
        return None
    crs = FilterCrs(parameters.filter_crs.srid, latitude_first=parameters.filter_crs.north_first)
    try:
        node = FILTER_PARSERS[parameters.filter_lang](parameters.filter)
        check_cost(node, collection.size, get_settings().crossings_largest_cost_s)
        return compile_filter(node, build_queryables(collection), crs)
    except BadFilter as error:
        raise build_filter_error(parameters.filter, error) from None


def build_own_condition(collection: Collection, parameters: FeaturesParameters, day: dt.date) -> Expression | None:
    """Build the condition that the collection's own parameters write in CQL2 for the day; None without one."""
    condition = parameters.write_condition(day)
    if condition is None:
        return None
    return compile_filter(parse_text(condition), build_queryables(collection), FilterCrs())


def build_filter_error(text: str, error: BadFilter) -> BadParameters:
    """Build the error of a filter. Its `position` is the index of a character, from 0, or the path of a JSON value."""
    return BadParameters(
        [
            {
                "parameter": "filter",
                "value": text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…",
                "reason": str(error),
                "position": str(error.position),
            }
        ]
    )

"""Conditions of the parameters `filter`, in CQL2 (OGC API - Features Part 3), and `stale`."""

import datetime as dt

from api.bad_parameters import BadParameters
from api.collections import Collection
from api.cql2.bad_filter import BadFilter
from api.cql2.compile import compile_filter
from api.cql2.cost import check_cost
from api.cql2.expression import Expression
from api.cql2.json_form import parse_json_text
from api.cql2.spatial import FilterCrs
from api.cql2.text import parse_text
from api.parameters import FeaturesParameters
from api.point_parameters import RegisterParameters
from api.queryables import queryables_of
from api.settings import settings
from api.stale_after import stale_until
from models.time_axes import SINCE_EVER

# GDAL sends conditions only where it finds `cql-text`; without it, GDAL sent a comparison of any date as `datetime`.
READ = {"cql2-text": parse_text, "cql2-json": parse_json_text, "cql-text": parse_text}
LONGEST_SHOWN = 200


def filter_of(collection: Collection, parameters: FeaturesParameters) -> Expression | None:
    """Build the condition of `filter` on the collection's columns.

    Raises BadParameters for invalid CQL2, unknown properties, and values that cannot be compared.
    """
    if parameters.filter is None:
        return None
    crs = FilterCrs(parameters.filter_crs.srid, latitude_first=parameters.filter_crs.north_first)
    try:
        node = READ[parameters.filter_lang](parameters.filter)
        check_cost(node, collection.size, settings().crossings_largest_cost_s)
        return compile_filter(node, queryables_of(collection), crs)
    except BadFilter as error:
        raise bad_filter(parameters.filter, error) from None


def stale_filter_of(collection: Collection, parameters: FeaturesParameters, day: dt.date) -> Expression | None:
    """Build the condition of `stale` on the collection's columns: the status is stale on the day, or it is not.

    A point that nobody assessed is not stale. None where the request has no `stale`.
    """
    if not isinstance(parameters, RegisterParameters) or parameters.stale is None:
        return None
    until = f"DATE('{stale_until(day) or SINCE_EVER}')"
    conditions = {
        True: f"assessed = TRUE AND last_assessed <= {until}",
        False: f"assessed = FALSE OR last_assessed IS NULL OR last_assessed > {until}",
    }
    return compile_filter(parse_text(conditions[parameters.stale]), queryables_of(collection), FilterCrs())


def bad_filter(text: str, error: BadFilter) -> BadParameters:
    """Build the error of a filter. Its `position` is the index of a character, from 0, or the path of a JSON value."""
    return BadParameters(
        [
            {
                "parameter": "filter",
                "value": text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…",
                "reason": str(error),
                "position": str(error.position),
            }
        ]
    )

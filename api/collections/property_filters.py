"""Filters by properties: every property with a single value is a parameter, and `filter` takes CQL2 (Part 3)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache
from operator import eq
from typing import Annotated, Any, Literal

from geoalchemy2 import Geometry
from pydantic import Field as Parameter
from pydantic import create_model
from sqlalchemy import and_, column, table

from api.collections.parameters import FeaturesParameters
from api.collections.properties import CollectionProperty, get_id_property, get_properties
from api.collections.registry import Collection
from api.cql2.cost import check_cost
from api.cql2.errors import BadFilter
from api.cql2.json_parser import parse_json_text
from api.cql2.queryables import Queryable, Queryables
from api.cql2.queryables import ValueKind as FilterKind
from api.cql2.sql import compile_filter
from api.cql2.sql_expression import Expression, bind_value, combine, refer_to
from api.cql2.sql_spatial import FilterCrs
from api.cql2.sql_types import SQL_TYPES
from api.cql2.text_parser import parse_text
from api.formats.registry import FORMATS
from api.parameters.bounds import MaxCharacters
from api.parameters.errors import BadParameters
from api.parameters.shared import map_parameter_fields
from api.parameters.value_parsing import InvalidValue, PropertyType, parse_value
from api.settings import get_settings
from geo.spatial_relations import STORED_SRID
from models.queries.pagination import ROWS_ALIAS

FILTER_KINDS: dict[PropertyType, FilterKind] = {
    "string": FilterKind.STRING,
    "integer": FilterKind.INTEGER,
    "number": FilterKind.NUMBER,
    "boolean": FilterKind.BOOLEAN,
    "date": FilterKind.DATE,
    "date-time": FilterKind.TIMESTAMP,
    "strings": FilterKind.STRINGS,
}


@cache
def build_queryables(collection: Collection) -> Queryables:
    """Build the queryables of filters, as columns of the collection: the properties, the geometry, and `id`.

    QGIS and GDAL filter by the `id` beside the properties.
    """
    kinds = {name: FILTER_KINDS[field.kind] for name, field in get_properties(collection).items()}
    columns = [column(name, SQL_TYPES[kind]) for name, kind in kinds.items()]
    answer = table(ROWS_ALIAS, column("geometry", Geometry(srid=STORED_SRID)), *columns)
    properties = {
        name: Queryable(answer.c[name], kinds[name], field.is_day_after)
        for name, field in get_properties(collection).items()
    }
    geometry = Queryable(answer.c.geometry, FilterKind.GEOMETRY)
    return {"geometry": geometry, "id": properties[get_id_property(collection).name]} | properties


# A comment may have this length.
PropertyText = Annotated[str, MaxCharacters(10_000)]


# Type and default of the parameter `f` of items, as pydantic's `create_model` takes them.
FORMAT_PARAMETER: Any = (
    Literal[tuple(FORMATS)] | None,
    Parameter(None, description="Format of the response; takes precedence over `Accept`."),
)


@cache
def build_items_parameters(collection: Collection) -> type[FeaturesParameters]:
    """Build the parameters of the collection's items: its own, every other property with a single value, and `f`."""
    own = map_parameter_fields(collection.parameters)
    fields: dict[str, Any] = {
        field.name: (PropertyText | None, Parameter(None, description=f"{field.title}: equal to this value."))
        for field in get_properties(collection).values()
        if field.name not in own and field.kind != "strings"
    }
    return create_model(f"Items of {collection.id}", __base__=collection.parameters, f=FORMAT_PARAMETER, **fields)


def build_condition(collection: Collection, parameters: FeaturesParameters, day: dt.date) -> Expression | None:
    """Build the condition of the request on its last day; None without one.

    It is of parameters named as properties, of `filter`, and of parameters of the collection. Raises BadParameters.
    """
    optional_conditions = (
        _build_equality_condition(collection, parameters),
        _build_cql2_condition(collection, parameters),
        _build_own_condition(collection, parameters, day),
    )
    return combine_conditions([each for each in optional_conditions if each is not None])


def combine_conditions(conditions: Sequence[Expression]) -> Expression | None:
    """Combine the conditions with AND; None without any."""
    return combine("and", and_, *conditions) if conditions else None


# GDAL sends conditions only where it finds `cql-text`; without it, GDAL sent a comparison of any date as `datetime`.
FILTER_PARSERS = {"cql2-text": parse_text, "cql2-json": parse_json_text, "cql-text": parse_text}
MAX_SHOWN_CHARACTERS = 200


def _build_equality_condition(collection: Collection, parameters: FeaturesParameters) -> Expression | None:
    """Build the condition of the parameters named as properties. Raises BadParameters."""
    conditions, errors = [], []
    for field, text in _iterate_named_properties(collection, parameters):
        try:
            conditions.append(_build_equality(collection, field, parse_value(field.kind, text)))
        except InvalidValue as error:
            errors.append({"parameter": field.name, "value": text, "reason": str(error)})
    if errors:
        raise BadParameters(errors)
    return combine_conditions(conditions)


def _build_equality(collection: Collection, field: CollectionProperty, value: Any) -> Expression:  # noqa: ANN401 - of the field's kind
    queryable = build_queryables(collection)[field.name]
    return combine("=", eq, refer_to(field.name, queryable.column), bind_value(value, SQL_TYPES[queryable.kind]))


def _iterate_named_properties(
    collection: Collection, parameters: FeaturesParameters
) -> Iterator[tuple[CollectionProperty, str]]:
    names = parameters.model_fields_set - collection.parameters.model_fields.keys()
    for name, field in get_properties(collection).items() if names else ():
        if name in names:
            yield field, getattr(parameters, name)


def _build_cql2_condition(collection: Collection, parameters: FeaturesParameters) -> Expression | None:
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
        raise _build_filter_error(parameters.filter, error) from None


def _build_own_condition(collection: Collection, parameters: FeaturesParameters, day: dt.date) -> Expression | None:
    """Build the condition that the collection's own parameters write in CQL2 for the day; None without one."""
    condition = parameters.write_condition(day)
    if condition is None:
        return None
    return compile_filter(parse_text(condition), build_queryables(collection), FilterCrs())


def _build_filter_error(text: str, error: BadFilter) -> BadParameters:
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

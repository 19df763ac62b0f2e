"""Filters by properties: every property with a single value is a parameter."""

from collections.abc import Iterator
from functools import cache
from operator import eq
from typing import Annotated, Any

from geoalchemy2 import Geometry
from pydantic import Field as Parameter
from pydantic import create_model
from sqlalchemy import and_, column, table

from api.collections.properties import CollectionProperty, get_id_property, get_properties
from api.collections.registry import Collection
from api.cql2.queryables import Queryable, Queryables
from api.cql2.queryables import ValueKind as FilterKind
from api.cql2.sql_expression import Expression, bind_value, combine, refer_to
from api.cql2.sql_types import SQL_TYPES
from api.formats.negotiation import FORMAT_PARAMETER
from api.parameters.bounds import MaxCharacters
from api.parameters.errors import BadParameters
from api.parameters.property_types import PropertyType
from api.parameters.shared import FeaturesParameters, map_parameter_fields
from api.parameters.value_parsing import InvalidValue, parse_value
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


def build_equality_condition(collection: Collection, parameters: FeaturesParameters) -> Expression | None:
    """Build the condition of the parameters named as properties. Raises BadParameters."""
    conditions, errors = [], []
    for field, text in _iterate_named_properties(collection, parameters):
        try:
            conditions.append(_build_equality(collection, field, parse_value(field.kind, text)))
        except InvalidValue as error:
            errors.append({"parameter": field.name, "value": text, "reason": str(error)})
    if errors:
        raise BadParameters(errors)
    return combine("and", and_, *conditions) if conditions else None


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

"""The condition that `filter` asks for, in CQL2 (OGC API - Features Part 3)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from api.collections import Collection
from api.cql2.bad_filter import BadFilter
from api.cql2.compile import compile_filter
from api.cql2.cost import check_cost
from api.cql2.json_form import parse_json_text
from api.cql2.queryables import Kind as FilterKind
from api.cql2.queryables import Queryable, Queryables
from api.cql2.spatial import FilterCrs
from api.cql2.text import parse_text
from api.cql2.tree import Node
from api.fields import fields_of
from api.kinds import Kind
from api.parameters import BadParameters, FeaturesParameters
from api.settings import settings

KINDS: dict[Kind, FilterKind] = {
    "string": FilterKind.STRING,
    "integer": FilterKind.INTEGER,
    "number": FilterKind.NUMBER,
    "boolean": FilterKind.BOOLEAN,
    "date": FilterKind.DATE,
    "date-time": FilterKind.TIMESTAMP,
    "strings": FilterKind.STRINGS,
}
READ = {"cql2-text": parse_text, "cql2-json": parse_json_text}
LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """SQL condition on the columns of a collection's answer."""

    text: str
    node: Node
    collection: Collection
    crs: FilterCrs

    def __call__(self, columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 - of a subquery
        """Raises BadParameters for what the collection has not or cannot be compared."""
        try:
            return compile_filter(self.node, _queryables(self.collection, columns), self.crs)
        except BadFilter as fault:
            raise bad_filter(self.text, fault) from None


def filter_of(collection: Collection, parameters: FeaturesParameters) -> Filter | None:
    """Raises BadParameters for what is no CQL2."""
    if parameters.filter is None:
        return None
    try:
        node = READ[parameters.filter_lang](parameters.filter)
        check_cost(node, collection.size, settings().crossings_largest_cost_s)
    except BadFilter as fault:
        raise bad_filter(parameters.filter, fault) from None
    crs = FilterCrs(parameters.filter_crs.srid, latitude_first=parameters.filter_crs.north_first)
    return Filter(parameters.filter, node, collection, crs)


def bad_filter(text: str, fault: BadFilter) -> BadParameters:
    """`position` is that of a character, from 0, or the path of a JSON value."""
    return BadParameters(
        [
            {
                "parameter": "filter",
                "value": text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…",
                "reason": str(fault),
                "position": str(fault.position),
            }
        ]
    )


def _queryables(collection: Collection, columns: Any) -> Queryables:  # noqa: ANN401
    properties = {
        name: Queryable(columns[name], KINDS[field.kind], field.is_day_after)
        for name, field in fields_of(collection).items()
    }
    return {"geometry": Queryable(columns.geometry, FilterKind.GEOMETRY)} | properties

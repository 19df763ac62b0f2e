"""What features can be asked by: every property that is one value, by its name in the address."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import Field as Parameter
from pydantic import create_model
from sqlalchemy import ColumnElement, and_

from api.asked_values import NotAValue, value_of
from api.collections import Collection
from api.fields import Field, fields_of
from api.parameter_bounds import MaxCharacters
from api.parameters import BadParameters, FeaturesParameters, fields_by_name

# A comment may be that long.
PropertyText = Annotated[str, MaxCharacters(10_000)]


@cache
def parameters_of(collection: Collection) -> type[FeaturesParameters]:
    """All that the items of the collection take: its own parameters, and every other property that is one value."""
    own = fields_by_name(collection.parameters)
    named: dict[str, Any] = {
        field.name: (PropertyText | None, Parameter(None, description=f"{field.title}: equal to this value."))
        for field in fields_of(collection).values()
        if field.name not in own and field.kind != "strings"
    }
    return create_model(f"Items of {collection.id}", __base__=collection.parameters, **named)


@dataclass(frozen=True, slots=True)
class Equals:
    """SQL condition on the columns of an answer: each of these has its value."""

    values: tuple[tuple[str, Any], ...]

    def __call__(self, columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 - of a subquery
        return and_(*(columns[name] == value for name, value in self.values))


def equalities(collection: Collection, parameters: FeaturesParameters) -> Equals | None:
    """The condition that the address asks for by names of properties. Raises BadParameters."""
    asked, faults = [], []
    for field, text in _named_properties(collection, parameters):
        try:
            asked.append((field.name, value_of(field.kind, text)))
        except NotAValue as fault:
            faults.append({"parameter": field.name, "value": text, "reason": str(fault)})
    if faults:
        raise BadParameters(faults)
    return Equals(tuple(asked)) if asked else None


def _named_properties(collection: Collection, parameters: FeaturesParameters) -> Iterator[tuple[Field, str]]:
    named = parameters.model_fields_set - collection.parameters.model_fields.keys()
    for name, field in fields_of(collection).items() if named else ():
        if name in named:
            yield field, getattr(parameters, name)

"""What a request asks of a collection, in full: the question, the conditions, the order, the place and the view."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_

from api.collections import Collection
from api.cursor import BadCursor, read
from api.fields import Field, fields_of
from api.parameters import BadParameters, FeaturesParameters
from api.queryables import equalities
from geo.geojson import View, feature_chunks
from models.answer_page import Condition, Rows, Sort, cursor, in_order, page_of, rows_matched
from models.question import Question, asked, asked_anew

Asked = tuple[Any, dict[str, Any]]
WHOLE = View()


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """Gives the statements, with their values, that answer a request."""

    collection: Collection
    question: Question
    condition: Condition | None = None
    sort: tuple[Sort, ...] = ()
    view: View = WHOLE

    @classmethod
    def of(
        cls, collection: Collection, parameters: FeaturesParameters, today: dt.date, as_known_at: dt.datetime | None
    ) -> "FeatureQuery":
        """Raises BadParameters where a property is named that the collection has not, or a value it cannot have."""
        fields = fields_of(collection)
        _refuse_unknown("properties", parameters.properties, fields)
        _refuse_unknown("sortby", [sort.column for sort in parameters.sortby], sortable(fields))
        conditions = [each for each in (equalities(collection, parameters),) if each is not None]
        view = View(parameters.properties or None, None if parameters.skip_geometry else parameters.crs)
        question = parameters.question(today, as_known_at)
        return cls(collection, question, All(tuple(conditions)) if conditions else None, parameters.sortby, view)

    def page(self, limit: int, after: str | None = None) -> Asked:
        """One page, as `feature_chunks` describes. Raises BadParameters where `after` is none of this query's."""
        values = self._cursor(after)
        nulls = None if values is None else tuple(value is None for value in values)
        bound = {f"after_{place}": value for place, value in enumerate(values or ()) if value is not None}
        statement, answering = self._asked(_chunks, self.sort, nulls, self.view)
        return statement, answering | bound | {"limit": limit}

    def matched(self) -> Asked:
        """The number of features on all pages."""
        if self.condition is None:
            return asked(self.collection.matched, self.question)
        return self._asked(_matched)

    def _asked(self, build: Any, *more: Any) -> Asked:  # noqa: ANN401
        how = asked if self.condition is None else asked_anew
        return how(build, self.question, self.collection.answering, self.condition, *more)

    def _cursor(self, after: str | None) -> list[Any] | None:
        if after is None:
            return None
        fields = fields_of(self.collection)
        try:
            return read(after, [fields[sort.column].kind for sort in self.sort], self.collection.key)
        except BadCursor as fault:
            raise BadParameters([{"parameter": "after", "value": after, "reason": str(fault)}]) from None


@dataclass(frozen=True, slots=True)
class All:
    """SQL condition on the columns of an answer: each of these holds."""

    conditions: tuple[Condition, ...]

    def __call__(self, columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 - of a subquery
        return and_(*(condition(columns) for condition in self.conditions))


def _chunks(
    question: Question,
    answering: Any,  # noqa: ANN401
    condition: Condition | None,
    sort: tuple[Sort, ...],
    nulls: tuple[bool, ...] | None,
    view: View,
) -> Rows:
    found = page_of(answering(question), sort, nulls, condition)
    return feature_chunks(found, in_order(found.c, sort), cursor(found.c, sort), view)


def _matched(question: Question, answering: Any, condition: Condition) -> Rows:  # noqa: ANN401
    return rows_matched(answering(question), condition)


def sortable(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Those that have one value."""
    return {name: field for name, field in fields.items() if field.kind != "strings"}


def _refuse_unknown(parameter: str, names: Any, fields: Mapping[str, Field]) -> None:  # noqa: ANN401 - some texts
    unknown = [name for name in names if name not in fields]
    if unknown:
        known = ", ".join(fields)
        raise BadParameters(
            [{"parameter": parameter, "value": name, "reason": f"is none of {known}"} for name in unknown]
        )

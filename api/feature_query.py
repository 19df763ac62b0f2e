"""What a request asks of a collection, in full: the question, the conditions, the order, the place and the view."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Text, and_, cast, func, null

from api.bad_parameters import BadParameters
from api.collections import Collection
from api.cql2.expression import Expression, combine
from api.cursor import BadCursor, read
from api.fields import Field, all_fields_of, fields_of
from api.filters import filter_of, stale_filter_of
from api.parameters import FeaturesParameters
from api.prepared import ShapedQuery
from api.queryables import equalities
from geo.geojson import View, feature_page
from geo.rows import csv_lines, feature_texts, row_texts, timed_feature_texts
from models.answer_page import Rows, Sort, all_of, cursor, in_order, page_of, rows_matched, with_knowledge
from models.question import Question, shaped

Asked = tuple[ShapedQuery, dict[str, Any]]
RowKind = Literal["features", "timed features", "binary", "table", "csv"]
WHOLE = View()


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """Gives the statements, with their values, that answer a request.

    They are known by their shape, which has none of the request's values: see `api/prepared.py`.
    """

    collection: Collection
    question: Question
    condition: Expression | None = None
    sort: tuple[Sort, ...] = ()
    view: View = WHOLE

    @classmethod
    def of(
        cls, collection: Collection, parameters: FeaturesParameters, today: dt.date, as_known_at: dt.datetime | None
    ) -> "FeatureQuery":
        """Raises BadParameters where a property is named that the collection has not, or a value it cannot have."""
        fields = all_fields_of(collection)
        _refuse_unknown("properties", parameters.properties, fields)
        if parameters.sortby:
            _refuse_unknown("sortby", [sort.column for sort in parameters.sortby], sortable(fields))
        question = parameters.question(today, as_known_at)
        asked_for = (
            equalities(collection, parameters),
            filter_of(collection, parameters),
            stale_filter_of(collection, parameters, question.days.last),
        )
        conditions = [each for each in asked_for if each is not None]
        # In the order of the answer, and each once: another order is the same statement.
        names = tuple(name for name in fields if name in parameters.properties) or None
        view = View(names, None if parameters.skip_geometry else parameters.crs)
        return cls(collection, question, all_hold(conditions), parameters.sortby, view)

    def known_at(self, as_known_at: dt.datetime | None) -> "FeatureQuery":
        """The same, asked of what was known at the moment."""
        return replace(self, question=replace(self.question, as_known_at=as_known_at))

    def page(self, limit: int, after: str | None = None) -> Asked:
        """One page, as `feature_page` and `with_knowledge` describe.

        Raises BadParameters where `after` is none of this query's.
        """
        nulls, bound = self._behind(after)
        statement, answering = self._asked(_page, limit, self.sort, nulls, self.view, self.collection.matched)
        return statement, answering | bound | {"limit": limit}

    def rows(self, kind: RowKind, limit: int | None, after: str | None = None) -> Asked:
        """The features one by one, as text of this kind and a cursor: a page's and one more if more follow; or all, and
        null in place of the cursor.
        """
        nulls, bound = self._behind(after)
        interval = interval_of(self.collection)
        statement, answering = self._asked(_rows, limit, self.sort, nulls, self.view, kind, limit is None, interval)
        return statement, answering | bound | ({} if limit is None else {"limit": limit})

    def matched(self) -> Asked:
        """The number of features on all pages."""
        if self.condition is None:
            statement, values = shaped(self.collection.matched, self.question)
            return ShapedQuery(statement), values
        return self._asked(_matched, None)

    def _asked(self, build: Any, limit: int | None, *more: Any) -> Asked:  # noqa: ANN401
        # Whatever a condition is tried on, or is sorted, is looked at before the first can be told.
        most = limit if self.condition is None and not self.sort else None
        question, conditional = replace(self.question, most=most), self.condition is not None
        statement, values = shaped(build, question, self.collection.answering, conditional, *more)
        query = ShapedQuery(statement, self.condition)
        return query, values | query.values()

    def _behind(self, after: str | None) -> tuple[tuple[bool, ...] | None, dict[str, Any]]:
        """Which of the cursor's values are null, and the others by the names of their parameters."""
        if after is None:
            return None, {}
        fields = all_fields_of(self.collection)
        try:
            values = read(after, [fields[sort.column].kind for sort in self.sort], self.collection.key)
        except BadCursor as fault:
            raise BadParameters([{"parameter": "after", "value": after, "reason": str(fault)}]) from None
        given = {f"after_{place}": value for place, value in enumerate(values) if value is not None}
        return tuple(value is None for value in values), given


def all_hold(conditions: Sequence[Expression]) -> Expression | None:
    """SQL condition: each of these holds; None without any."""
    return combine("and", and_, *conditions) if conditions else None


def _page(
    question: Question,
    answering: Any,  # noqa: ANN401
    conditional: bool,  # noqa: FBT001 - a part of the shape, by which statements are kept
    sort: tuple[Sort, ...],
    nulls: tuple[bool, ...] | None,
    view: View,
    matched: Any,  # noqa: ANN401
) -> Rows:
    found = page_of(answering(question), sort, nulls, conditional=conditional)
    page = feature_page(found, in_order(found.c, sort), cursor(found.c, sort), view)
    all_of_them = rows_matched(answering(question)) if conditional else matched(question)
    return with_knowledge(page, all_of_them, question, is_first=nulls is None)


def _rows(
    question: Question,
    answering: Any,  # noqa: ANN401
    conditional: bool,  # noqa: FBT001 - a part of the shape, by which statements are kept
    sort: tuple[Sort, ...],
    nulls: tuple[bool, ...] | None,
    view: View,
    kind: RowKind,
    whole: bool,  # noqa: FBT001
    interval: tuple[str, str] | None,
) -> Rows:
    found = (all_of if whole else page_of)(answering(question), sort, nulls, conditional=conditional)
    # As text: parsed for each row, it was a twentieth of what others wait for beside slow readers.
    order, end = in_order(found.c, sort), null() if whole else cast(func.json_build_array(*cursor(found.c, sort)), Text)
    if kind == "features":
        return feature_texts(found, order, end, view)
    if kind == "timed features":
        return timed_feature_texts(found, order, end, view, interval)
    if kind == "csv":
        return csv_lines(found, order, end, view)
    return row_texts(found, order, end, view, as_table=kind == "table")


def interval_of(collection: Collection) -> tuple[str, str] | None:
    """The properties between whose days a feature is true, the second not included."""
    roles = {field.role: name for name, field in fields_of(collection).items()}
    start, end = roles.get("primary-interval-start"), roles.get("primary-interval-end")
    return (start, end) if start and end else None


def _matched(question: Question, answering: Any, _: bool) -> Rows:  # noqa: ANN401, FBT001 - built of a shape
    return rows_matched(answering(question))


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

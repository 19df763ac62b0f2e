"""Query of a collection: filters, conditions, order, cursor and view."""

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
    """Query of a request, with its statements and their values.

    Statements are cached by their shape, which has no values of the request: see `api/prepared.py`.
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
        """Build the query from parameters. Raises BadParameters for unknown properties and invalid values."""
        fields = all_fields_of(collection)
        _refuse_unknown("properties", parameters.properties, fields)
        if parameters.sortby:
            _refuse_unknown("sortby", [sort.column for sort in parameters.sortby], sortable(fields))
        question = parameters.question(today, as_known_at)
        optional_conditions = (
            equalities(collection, parameters),
            filter_of(collection, parameters),
            stale_filter_of(collection, parameters, question.days.last),
        )
        conditions = [each for each in optional_conditions if each is not None]
        # In the order of the response, each once, so that requests with another order share the statement.
        names = tuple(name for name in fields if name in parameters.properties) or None
        view = View(names, None if parameters.skip_geometry else parameters.crs)
        return cls(collection, question, all_hold(conditions), parameters.sortby, view)

    def known_at(self, as_known_at: dt.datetime | None) -> "FeatureQuery":
        """Return the query as of the moment."""
        return replace(self, question=replace(self.question, as_known_at=as_known_at))

    def page(self, limit: int, after: str | None = None) -> Asked:
        """Select one page, as `feature_page` and `with_knowledge` describe.

        Raises BadParameters where `after` is not a cursor of this query.
        """
        nulls, bound = self._parse_cursor(after)
        statement, answering = self._bind_statement(_page, limit, self.sort, nulls, self.view, self.collection.matched)
        return statement, answering | bound | {"limit": limit}

    def rows(self, kind: RowKind, limit: int | None, after: str | None = None) -> Asked:
        """Select the features one by one, as text of this kind with a cursor.

        With a limit: the features of a page, and one more if more follow. Without: all features, with null as cursors.
        """
        nulls, bound = self._parse_cursor(after)
        interval = interval_of(self.collection)
        statement, answering = self._bind_statement(
            _rows, limit, self.sort, nulls, self.view, kind, limit is None, interval
        )
        return statement, answering | bound | ({} if limit is None else {"limit": limit})

    def matched(self) -> Asked:
        """Count the features on all pages."""
        if self.condition is None:
            statement, values = shaped(self.collection.matched, self.question)
            return ShapedQuery(statement), values
        return self._bind_statement(_matched, None)

    def _bind_statement(self, build: Any, limit: int | None, *more: Any) -> Asked:  # noqa: ANN401
        # With a condition or a sort, every row is read before the first can be returned.
        max_rows = limit if self.condition is None and not self.sort else None
        question, conditional = replace(self.question, most=max_rows), self.condition is not None
        statement, values = shaped(build, question, self.collection.answering, conditional, *more)
        query = ShapedQuery(statement, self.condition)
        return query, values | query.values()

    def _parse_cursor(self, after: str | None) -> tuple[tuple[bool, ...] | None, dict[str, Any]]:
        """Parse the cursor: which of its values are null, and the other values by the names of their parameters."""
        if after is None:
            return None, {}
        fields = all_fields_of(self.collection)
        try:
            values = read(after, [fields[sort.column].kind for sort in self.sort], self.collection.key)
        except BadCursor as error:
            raise BadParameters([{"parameter": "after", "value": after, "reason": str(error)}]) from None
        parameters = {f"after_{place}": value for place, value in enumerate(values) if value is not None}
        return tuple(value is None for value in values), parameters


def all_hold(conditions: Sequence[Expression]) -> Expression | None:
    """Combine the conditions with AND; None without any."""
    return combine("and", and_, *conditions) if conditions else None


def _page(
    question: Question,
    answering: Any,  # noqa: ANN401
    conditional: bool,  # noqa: FBT001 - a part of the shape, by which statements are cached
    sort: tuple[Sort, ...],
    nulls: tuple[bool, ...] | None,
    view: View,
    matched: Any,  # noqa: ANN401
) -> Rows:
    statement = page_of(answering(question), sort, nulls, conditional=conditional)
    page = feature_page(statement, in_order(statement.c, sort), cursor(statement.c, sort), view)
    all_of_them = rows_matched(answering(question)) if conditional else matched(question)
    return with_knowledge(page, all_of_them, question, is_first=nulls is None)


def _rows(
    question: Question,
    answering: Any,  # noqa: ANN401
    conditional: bool,  # noqa: FBT001 - a part of the shape, by which statements are cached
    sort: tuple[Sort, ...],
    nulls: tuple[bool, ...] | None,
    view: View,
    kind: RowKind,
    whole: bool,  # noqa: FBT001
    interval: tuple[str, str] | None,
) -> Rows:
    statement = (all_of if whole else page_of)(answering(question), sort, nulls, conditional=conditional)
    # As text: parsing it for each row was a twentieth of the time that others wait beside slow readers.
    order, end = (
        in_order(statement.c, sort),
        null() if whole else cast(func.json_build_array(*cursor(statement.c, sort)), Text),
    )
    if kind == "features":
        return feature_texts(statement, order, end, view)
    if kind == "timed features":
        return timed_feature_texts(statement, order, end, view, interval)
    if kind == "csv":
        return csv_lines(statement, order, end, view)
    return row_texts(statement, order, end, view, as_table=kind == "table")


def interval_of(collection: Collection) -> tuple[str, str] | None:
    """Find the properties with the first day of a feature and the day after its last; None without both."""
    roles = {field.role: name for name, field in fields_of(collection).items()}
    start, end = roles.get("primary-interval-start"), roles.get("primary-interval-end")
    return (start, end) if start and end else None


def _matched(question: Question, answering: Any, _: bool) -> Rows:  # noqa: ANN401, FBT001 - built of a shape
    return rows_matched(answering(question))


def sortable(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Filter the properties to those with a single value."""
    return {name: field for name, field in fields.items() if field.kind != "strings"}


def _refuse_unknown(parameter: str, names: Any, fields: Mapping[str, Field]) -> None:  # noqa: ANN401 - some texts
    unknown = [name for name in names if name not in fields]
    if unknown:
        available = ", ".join(fields)
        raise BadParameters(
            [{"parameter": parameter, "value": name, "reason": f"is none of {available}"} for name in unknown]
        )

"""Query of a collection: filters, conditions, order, cursor and view."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, assert_never

from fastapi import Request
from sqlalchemy import Text, cast, func, null

from api.collections.parameters import FeaturesParameters
from api.collections.properties import CollectionProperty, get_default_properties, get_properties
from api.collections.property_filters import build_condition
from api.collections.registry import Collection
from api.concurrency.bounded_cache import BoundedCache
from api.cql2.sql_expression import Expression
from api.database.prepared_statements import ShapedQuery
from api.formats.format import RowKind
from api.parameters.errors import BadParameters
from api.parameters.pagination import BadCursor, decode_cursor
from api.parameters.shared import collect_parameters, validate_parameters
from api.values.datetimes import get_today
from geo.feature_rows import select_csv_lines, select_feature_texts, select_json_fg_texts, select_row_texts
from geo.geojson import FeatureView, select_feature_page
from models.queries.filters import FeatureFilter, create_statement_template
from models.queries.pagination import (
    RowStatement,
    Sort,
    add_page_metadata,
    build_order,
    count_rows,
    list_cursor_columns,
    select_page,
    select_rows,
)

BoundQuery = tuple[ShapedQuery, dict[str, Any]]
FULL_VIEW = FeatureView()


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """Query of a request, with its statements and their values.

    Statements are cached by their shape, which has no values of the request: see `api/database/prepared_statements.py`.
    """

    collection: Collection
    question: FeatureFilter
    condition: Expression | None = None
    sort: tuple[Sort, ...] = ()
    view: FeatureView = FULL_VIEW

    @classmethod
    def build(
        cls, collection: Collection, parameters: FeaturesParameters, today: dt.date, as_known_at: dt.datetime | None
    ) -> "FeatureQuery":
        """Build the query from parameters. Raises BadParameters for unknown properties and invalid values."""
        fields = get_properties(collection)
        _refuse_unknown("properties", parameters.properties, fields)
        if parameters.sortby:
            _refuse_unknown("sortby", [sort.column for sort in parameters.sortby], filter_sortable(fields))
        question = parameters.build_filter(today, as_known_at)
        condition = None if parameters.is_plain else build_condition(collection, parameters, question.days.last)
        # In the order of the response, each once, so that requests with another order share the statement.
        names = tuple(name for name in fields if name in parameters.properties) or None
        view = FeatureView(names, None if parameters.skip_geometry else parameters.crs)
        return cls(collection, question, condition, parameters.sortby, view)

    def set_moment(self, as_known_at: dt.datetime | None) -> "FeatureQuery":
        """Return the query as of the moment."""
        return replace(self, question=replace(self.question, as_known_at=as_known_at))

    def select_page(self, limit: int, after: str | None = None) -> BoundQuery:
        """Select one page, as `select_feature_page` and `add_page_metadata` describe.

        Raises BadParameters where `after` is not a cursor of this query.
        """
        nulls, bound = self._parse_cursor(after)
        statement, answering = self._bind_statement(
            _select_page, limit, self.sort, nulls, self.view, self.collection.matched
        )
        return statement, answering | bound | {"limit": limit}

    def select_rows(self, kind: RowKind, limit: int | None, after: str | None = None) -> BoundQuery:
        """Select the features one by one, as text of this kind with a cursor.

        With a limit: the features of a page, and one more if more follow. Without: all features, with null as cursors.
        """
        nulls, bound = self._parse_cursor(after)
        interval = find_interval(self.collection)
        statement, answering = self._bind_statement(
            _select_rows, limit, self.sort, nulls, self.view, kind, limit is None, interval
        )
        return statement, answering | bound | ({} if limit is None else {"limit": limit})

    def count_matched(self) -> BoundQuery:
        """Count the features on all pages."""
        if self.condition is None:
            statement, values = create_statement_template(self.collection.matched, self.question)
            return ShapedQuery(statement), values
        return self._bind_statement(_count_matched, None)

    def _bind_statement(self, build: Any, limit: int | None, *more: Any) -> BoundQuery:  # noqa: ANN401
        # With a condition or a sort, every row is read before the first can be returned.
        max_rows = limit if self.condition is None and not self.sort else None
        question, conditional = replace(self.question, most=max_rows), self.condition is not None
        statement, values = create_statement_template(build, question, self.collection.answering, conditional, *more)
        query = ShapedQuery(statement, self.condition)
        return query, values | query.values()

    def _parse_cursor(self, after: str | None) -> tuple[tuple[bool, ...] | None, dict[str, Any]]:
        """Parse the cursor: which of its values are null, and the other values by the names of their parameters."""
        if after is None:
            return None, {}
        fields = get_properties(self.collection)
        try:
            values = decode_cursor(after, [fields[sort.column].kind for sort in self.sort], self.collection.key)
        except BadCursor as error:
            raise BadParameters([{"parameter": "after", "value": after, "reason": str(error)}]) from None
        parameters = {f"after_{place}": value for place, value in enumerate(values) if value is not None}
        return tuple(value is None for value in values), parameters


def _select_page(
    question: FeatureFilter,
    answering: Any,  # noqa: ANN401
    conditional: bool,  # noqa: FBT001 - a part of the shape, by which statements are cached
    sort: tuple[Sort, ...],
    nulls: tuple[bool, ...] | None,
    view: FeatureView,
    matched: Any,  # noqa: ANN401
) -> RowStatement:
    statement = select_page(answering(question), sort, nulls, conditional=conditional)
    page = select_feature_page(statement, build_order(statement.c, sort), list_cursor_columns(statement.c, sort), view)
    all_of_them = count_rows(answering(question)) if conditional else matched(question)
    return add_page_metadata(page, all_of_them, question, is_first=nulls is None)


def _select_rows(
    question: FeatureFilter,
    answering: Any,  # noqa: ANN401
    conditional: bool,  # noqa: FBT001 - a part of the shape, by which statements are cached
    sort: tuple[Sort, ...],
    nulls: tuple[bool, ...] | None,
    view: FeatureView,
    kind: RowKind,
    whole: bool,  # noqa: FBT001
    interval: tuple[str, str] | None,
) -> RowStatement:
    statement = (select_rows if whole else select_page)(answering(question), sort, nulls, conditional=conditional)
    # As text: parsing it for each row was a twentieth of the time that requests wait beside slow readers.
    order, end = (
        build_order(statement.c, sort),
        null() if whole else cast(func.json_build_array(*list_cursor_columns(statement.c, sort)), Text),
    )
    match kind:
        case "features":
            return select_feature_texts(statement, order, end, view)
        case "timed features":
            return select_json_fg_texts(statement, order, end, view, interval)
        case "csv":
            return select_csv_lines(statement, order, end, view)
        case "binary" | "table":
            return select_row_texts(statement, order, end, view, as_table=kind == "table")
        case _:
            assert_never(kind)


def find_interval(collection: Collection) -> tuple[str, str] | None:
    """Find the properties with the first day of a feature and the day after its last; None without both."""
    roles = {field.role: name for name, field in get_default_properties(collection).items()}
    start, end = roles.get("primary-interval-start"), roles.get("primary-interval-end")
    return (start, end) if start and end else None


def _count_matched(question: FeatureFilter, answering: Any, _: bool) -> RowStatement:  # noqa: ANN401, FBT001 - built of a shape
    return count_rows(answering(question))


def filter_sortable(fields: Mapping[str, CollectionProperty]) -> dict[str, CollectionProperty]:
    """Filter the properties to those with a single value."""
    return {name: field for name, field in fields.items() if field.kind != "strings"}


def _refuse_unknown(parameter: str, names: Any, fields: Mapping[str, CollectionProperty]) -> None:  # noqa: ANN401 - some texts
    unknown = [name for name in names if name not in fields]
    if unknown:
        available = ", ".join(fields)
        raise BadParameters(
            [
                {"parameter": parameter, "value": name, "reason": f"unknown property; expected one of {available}"}
                for name in unknown
            ]
        )


MAX_BYTES = 4_000_000
# A filter is a tree of small objects.
REQUEST_BYTES, CHARACTER_BYTES = 5000, 100


class FeaturesRequest(NamedTuple):
    """Parameters of a request, and the query built from them."""

    parameters: FeaturesParameters
    query: FeatureQuery


def parse_features_request(
    request: Request, collection: Collection, model: type[FeaturesParameters]
) -> FeaturesRequest:
    """Parse the parameters of the request as `model` and build its query. Raises BadParameters."""
    values, on = tuple(collect_parameters(request, model).items()), get_today()
    return _cache.get_or_compute(
        (collection.id, model, values, on), lambda: _build_request(collection, model, values, on)
    )


def _build_request(
    collection: Collection, model: type[FeaturesParameters], values: tuple[tuple[str, str], ...], on: dt.date
) -> FeaturesRequest:
    parameters = validate_parameters(model, dict(values))
    return FeaturesRequest(parameters, FeatureQuery.build(collection, parameters, on, parameters.as_known_at))


def _estimate_bytes(key: Any, _: FeaturesRequest) -> int:  # noqa: ANN401 - the key above
    """Estimate the bytes of an entry from the characters of its parameters."""
    characters = sum(len(value) for _, value in key[2])
    return REQUEST_BYTES + CHARACTER_BYTES * characters


# Never has errors, which are raised, nor API keys, which `gathered` leaves out.
_cache: BoundedCache[FeaturesRequest] = BoundedCache(MAX_BYTES, _estimate_bytes)

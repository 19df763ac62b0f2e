"""Pages of a response: their rows, their order, and their start.

Pages continue by key and not by number, so that no page is read again to reach the next.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from models.queries.filters import FeatureFilter
from models.tables.country import Country, Region
from models.tables.revision import select_latest_revision

RowStatement = Select[*tuple[Any, ...]]
# Name by which conditions refer to the rows of a response.
ROWS_ALIAS = "answer"
# Marker of the condition in a statement's text. A condition is compiled separately: a new one is no new statement.
CONDITION_MARKER = "/* condition */"


@dataclass(frozen=True, slots=True)
class Sort:
    """A column to sort by. Rows without a value come last, in either direction."""

    column: str
    descending: bool = False


KEY_SORT = Sort("key")


def select_page(
    rows: RowStatement, sort: tuple[Sort, ...] = (), after: tuple[bool, ...] | None = None, *, conditional: bool = False
) -> Subquery:
    """Select one page of `rows`, as `select_rows` does, and one row more if more follow; bind `limit`."""
    answer = select_rows(rows, sort, after, conditional=conditional)
    limit = bindparam("limit", type_=Integer)
    return select(answer).order_by(*build_order(answer.c, sort)).limit(limit + 1).subquery("page")


def select_rows(
    rows: RowStatement, sort: tuple[Sort, ...] = (), after: tuple[bool, ...] | None = None, *, conditional: bool = False
) -> Subquery:
    """Select the `rows` that meet CONDITION if there is one; they have `key` (unique) and the columns of the response.

    They start behind the row with the sorted values and key `after_0`, `after_1` …, parameters to bind, or at the
    first. `after` marks the values that are null, which need another statement.
    """
    answer = rows.subquery(ROWS_ALIAS)
    chosen = select(answer)
    if conditional:
        chosen = chosen.where(literal_column(CONDITION_MARKER, Boolean))
    if after is not None:
        chosen = chosen.where(_build_after_condition(answer.c, (*sort, KEY_SORT), after))
    return chosen.subquery("chosen")


def count_rows(rows: RowStatement) -> Select[int]:
    """Count the rows that meet CONDITION."""
    return select(func.count()).select_from(rows.subquery(ROWS_ALIAS)).where(literal_column(CONDITION_MARKER, Boolean))


def build_order(columns: Any, sort: tuple[Sort, ...]) -> list[ColumnElement[Any]]:  # noqa: ANN401 - of a subquery
    """Build the expressions to order by, so that no two rows are equal."""
    return [
        _order_column(columns, each).nulls_last() if each is not KEY_SORT else columns.key for each in (*sort, KEY_SORT)
    ]


def list_cursor_columns(columns: Any, sort: tuple[Sort, ...]) -> list[ColumnElement[Any]]:  # noqa: ANN401
    """List the sorted columns and the key of a row: as a JSON array, the values to bind as `after` on the next page."""
    return [*(columns[each.column] for each in sort), columns.key]


def _order_column(columns: Any, sort: Sort) -> ColumnElement[Any]:  # noqa: ANN401
    column: ColumnElement[Any] = columns[sort.column]
    return column.desc() if sort.descending else column.asc()


def _build_after_condition(columns: Any, sort: tuple[Sort, ...], nulls: tuple[bool, ...]) -> ColumnElement[bool]:  # noqa: ANN401
    """Build the SQL condition that the row comes behind the cursor: equal in some columns, and then behind it."""
    ways: list[ColumnElement[bool]] = []
    level: list[ColumnElement[bool]] = []
    for place, (each, is_null) in enumerate(zip(sort, nulls, strict=True)):
        column = columns[each.column]
        value = bindparam(f"after_{place}", type_=column.type)
        if is_null:
            behind: ColumnElement[bool] = false()
            same = column.is_(None)
        else:
            behind = or_(column < value if each.descending else column > value, column.is_(None))
            same = column == value
        ways.append(and_(*level, behind if each is not KEY_SORT else column > value))
        level.append(same)
    return or_(*ways)


def add_page_metadata(
    page: RowStatement, matched: Select[int], question: FeatureFilter, *, is_first: bool
) -> RowStatement:
    """Select the one row of `page` with the metadata of a response, as seen at one moment.

    `matched` is the number of rows on all pages, null where a first page has them all; `moment` the last change that
    the response includes; the rest comes from `circumstances`.
    """
    rows = page.subquery("found")
    total = matched.scalar_subquery()
    return select(
        *rows.c,
        (case((rows.c.more, total)) if is_first else total).label("matched"),
        select_latest_revision(question.as_known_at).scalar_subquery().label("moment"),
        *build_metadata_columns(question),
    ).select_from(rows)


def build_metadata_columns(question: FeatureFilter) -> list[ColumnElement[Any]]:
    """Build the SQL expressions of `revision`, `unknown_countries` and `unknown_regions`.

    `revision` is the moment of the last change that this database has seen; the others are requested codes that do not
    exist, null if there are none.
    """
    return [
        select_latest_revision().scalar_subquery().label("revision"),
        _select_unknown_codes(question.iso3s, Country.iso3).label("unknown_countries"),
        _select_unknown_codes(question.regions, Region.code).label("unknown_regions"),
    ]


def _select_unknown_codes(codes: Any, column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a parameter; a column
    """Select an array of the codes that do not exist, null if all do: a misspelt code is not an empty map."""
    if codes is None:
        return null()
    # A name that is no column of any table: SQL would resolve it to that column.
    code = func.unnest(codes).column_valued("asked_code")
    unknown = func.array_agg(aggregate_order_by(code, code.asc()), type_=ARRAY(Text))
    return select(unknown).where(~exists().where(column == code)).scalar_subquery()

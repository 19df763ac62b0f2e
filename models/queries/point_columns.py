"""Properties of a point in a response: each as a column, and most of them also in pieces of JSON.

Responses with whole features are assembled from the pieces: encoding the properties one by one took as long as
selecting the points.
"""

from typing import Any

from sqlalchemy import ColumnElement, Date, func, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY

from geo.sql_json import CodeText, FeatureOpening, JsonMembers, build_json_members, concatenate_text
from models.queries.country_columns import build_country_name
from models.queries.filters import FeatureFilter, is_poe
from models.tables.bitemporal import END_OF_TIME_SQL, Days
from models.tables.point_of_entry import OPENING_PROPERTIES
from models.tables.point_properties import POINT_PROPERTIES, PROPERTY_COLUMNS
from models.tables.source import build_source_name, build_source_name_json


def cast_code(column: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column, in a table that only accepts codes
    return type_coerce(column, CodeText)


def build_register_columns(question: FeatureFilter, entry: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a subquery's columns
    """Build the `POINT_PROPERTIES`: those with a column, and those that are computed."""
    computed: dict[str, ColumnElement[Any]] = {
        "code": cast_code(entry.code),
        "is_poe": is_poe(entry.poe_type),
        "country_name": build_country_name(question, entry),
        "source": build_source_name(entry.source_id),
    }
    return [
        (_build_register_column(getattr(entry, each.column)) if each.column else computed[each.name]).label(each.name)
        for each in POINT_PROPERTIES
    ]


def _build_register_column(column: Any) -> Any:  # noqa: ANN401 - a column; a column
    """Build the column of a property: codes need no escaping in JSON."""
    if column.name == "counterpart":
        return cast_code(column)
    return type_coerce(column, ARRAY(CodeText)) if isinstance(column.type, ARRAY) else column


def build_opening(entry: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the start of its feature, as stored in the version, with `OPENING_PROPERTIES`."""
    return type_coerce(entry.opening, FeatureOpening(OPENING_PROPERTIES))


def build_register_members(entry: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the properties of `PROPERTY_COLUMNS`, as stored in the version."""
    return type_coerce(entry.members, JsonMembers(tuple(PROPERTY_COLUMNS)))


def build_source_members(entry: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the property of `build_register_columns` that belongs to the source."""
    return _build_members([build_source_name_json(entry.source_id).label("source")])


def build_state_columns(state: Any, days: Days, source: Any = build_source_name) -> list[ColumnElement[Any]]:  # noqa: ANN401
    """Build the columns of the state, including `assessed`, false without an assessment.

    `source` builds the source's name.
    """
    ended = state.c.announced_end < func.nullif(days.last, END_OF_TIME_SQL)
    return [
        state.c.id.is_not(None).label("assessed"),
        func.coalesce(cast_code(state.c.operational_status), "unknown").label("operational_status"),
        func.coalesce(cast_code(state.c.status_group), "unknown").label("status_group"),
        type_coerce(state.c.measures, ARRAY(CodeText)).label("measures"),
        type_coerce(state.c.affected_populations, ARRAY(CodeText)).label("affected_populations"),
        cast_code(state.c.expected_duration).label("expected_duration"),
        state.c.announced_end.label("announced_end"),
        # An announced end that passed without an update: perhaps lapsed, but not automatically open.
        ended.label("announced_end_passed"),
        func.lower(state.c.valid_during, type_=Date).label("valid_from"),
        func.upper(state.c.valid_during, type_=Date).label("valid_to"),
        cast_code(state.c.confidence).label("confidence"),
        source(state.c.source_id).label("restriction_source"),
        state.c.comment.label("comment"),
    ]


def build_state_members(state: Any, days: Days) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of all columns of `build_state_columns` as the members of a JSON object."""
    return _build_members(build_state_columns(state, days, build_source_name_json))


def _build_members(columns: list[ColumnElement[Any]]) -> ColumnElement[str]:
    return type_coerce(
        concatenate_text(*build_json_members(columns)), JsonMembers(tuple(str(column.key) for column in columns))
    )

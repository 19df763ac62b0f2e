"""Properties of a point in a response: each as a column, and most of them also in pieces of JSON.

Responses with whole features are assembled from the pieces: encoding the properties one by one took as long as
selecting the points.
"""

from typing import Any

from sqlalchemy import ColumnElement, Date, func, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY

from geo.json_text import Code, Members, Opening, json_members, put_together
from models.of_country import country_name
from models.point_of_entry import OPENED_WITH, TOLD
from models.question import Question, is_poe
from models.source import source_name, source_name_json
from models.time_axes import FOR_EVER_SQL, Days


def code(column: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column, in a table that only accepts codes
    return type_coerce(column, Code)


def register_entry(question: Question, entry: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a subquery's columns
    return [
        code(entry.code).label("code"),
        entry.name.label("name"),
        entry.poe_type.label("poe_type"),
        is_poe(entry.poe_type).label("is_poe"),
        entry.subtype.label("subtype"),
        entry.iso3.label("country"),
        country_name(question, entry).label("country_name"),
        entry.other_iso3.label("other_country"),
        entry.admin1_name.label("admin1_name"),
        entry.admin1_code.label("admin1_code"),
        entry.municipality.label("municipality"),
        entry.iata.label("iata"),
        entry.icao.label("icao"),
        entry.unlocode.label("unlocode"),
        entry.official_status.label("official_status"),
        entry.ihr_designated.label("ihr_designated"),
        entry.opening_hours.label("opening_hours"),
        entry.lifecycle.label("lifecycle"),
        entry.coordinate_precision.label("coordinate_precision"),
        entry.evidence.label("evidence"),
        type_coerce(entry.transport, ARRAY(Code)).label("transport"),
        code(entry.counterpart).label("counterpart"),
        entry.side.label("side"),
        source_name(entry.source_id).label("source"),
        entry.licence.label("licence"),
    ]


def opening(entry: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the start of its feature, as stored in the version, with `OPENED_WITH`."""
    return type_coerce(entry.opening, Opening(OPENED_WITH))


def register_members(entry: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the properties of `register_entry` stored in the version (`TOLD`)."""
    return type_coerce(entry.members, Members(tuple(TOLD)))


def source_members(entry: Any) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of the property of `register_entry` that belongs to the source."""
    return _members([source_name_json(entry.source_id).label("source")])


def state_of(state: Any, days: Days, source: Any = source_name) -> list[ColumnElement[Any]]:  # noqa: ANN401
    """Build the columns of the state, including `assessed`, false without an assessment.

    `source` builds the source's name.
    """
    ended = state.c.announced_end < func.nullif(days.last, FOR_EVER_SQL)
    return [
        state.c.id.is_not(None).label("assessed"),
        func.coalesce(code(state.c.operational_status), "unknown").label("operational_status"),
        func.coalesce(code(state.c.status_group), "unknown").label("status_group"),
        type_coerce(state.c.measures, ARRAY(Code)).label("measures"),
        type_coerce(state.c.affected_populations, ARRAY(Code)).label("affected_populations"),
        code(state.c.expected_duration).label("expected_duration"),
        state.c.announced_end.label("announced_end"),
        # An announced end that passed without an update: perhaps lapsed, but not automatically open.
        ended.label("announced_end_passed"),
        func.lower(state.c.valid_during, type_=Date).label("valid_from"),
        func.upper(state.c.valid_during, type_=Date).label("valid_to"),
        code(state.c.confidence).label("confidence"),
        source(state.c.source_id).label("restriction_source"),
        state.c.comment.label("comment"),
    ]


def state_members(state: Any, days: Days) -> ColumnElement[str]:  # noqa: ANN401
    """Build the SQL expression of all columns of `state_of` as the members of a JSON object."""
    return _members(state_of(state, days, source_name_json))


def _members(columns: list[ColumnElement[Any]]) -> ColumnElement[str]:
    return type_coerce(put_together(*json_members(columns)), Members(tuple(str(column.key) for column in columns)))

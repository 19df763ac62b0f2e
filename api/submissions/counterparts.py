"""Parsers of a row's counterpart (the point across the border) and of its kind of evidence."""

from typing import Any

from api.messages.message import Message
from api.submissions.checked import ValidationContext
from api.submissions.row_values import CLEAR_MARK, RowValues
from models.register_change import BORDER_TYPES

DERIVED_PREFIX = "derived_"


def parse_counterpart(values: RowValues, iso3: str | None, poe_type: str, ground: ValidationContext) -> dict[str, Any]:
    """Return the counterpart's number and country by column, or nothing if the row names no counterpart.

    The counterpart belongs to another country, so any office may name it; the entry of the counterpart does not change.
    """
    name = values.read_text("counterpart")
    if name is None or name == CLEAR_MARK:
        return {} if name is None else {"counterpart_id": None}
    found = ground.points.find_versions(name, ground.today)
    if len(found) != 1:
        message = Message("unknown_counterpart", value=name)
        values.add_error("counterpart", message, candidates=[each.code for each in found])
        return {}
    other = found[0]
    if poe_type not in BORDER_TYPES or other.poe_type not in BORDER_TYPES:
        values.add_error("counterpart", Message("counterpart_not_at_a_border", point=other.code))
    elif other.iso3 == iso3:
        values.add_error("counterpart", Message("counterpart_in_same_country", point=other.code, iso3=other.iso3))
    elif other.lifecycle not in ("active", "candidate"):
        values.add_error("counterpart", Message("counterpart_not_active", point=other.code))
    elif (named := values.read_text("other_country")) and values.read_country("other_country") not in (
        None,
        other.iso3,
    ):
        values.add_error("other_country", Message("counterpart_elsewhere", point=other.code, value=named))
    return {"counterpart_id": other.id, "other_iso3": other.iso3}


def parse_evidence(values: RowValues) -> dict[str, Any]:
    """Return the row's kind of evidence by column. An office may not submit the kinds that are derived from a map."""
    evidence = values.read_code("evidence", "evidence")
    if evidence is None:
        return {}
    if evidence.startswith(DERIVED_PREFIX):
        values.add_error("evidence", Message("evidence_is_derived", value=evidence))
    return {"evidence": evidence}

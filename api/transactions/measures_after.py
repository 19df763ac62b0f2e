"""Measures of a record after an edit of its flat sets: details of single measures stay where they still apply."""

from typing import Any

from api.transactions.differences import parse_codes
from api.transactions.sent_feature import InvalidFeature
from models.restriction_content import RestrictionDetail

Json = dict[str, Any]


def merge_measures(content: RestrictionDetail, changes: Json) -> Json:
    """Return the members `measures` and `affected_populations` of the row that replaces the record.

    Raise BadFeature if populations are changed, but differ between the record's measures.
    """
    rows: list[Json] = content.measure_rows
    populations = list(content.affected_populations)
    if "affected_populations" in changes:
        populations = parse_codes(changes["affected_populations"])
        rows = _replace_populations(rows, populations, changes["affected_populations"])
    if "measures" in changes:
        rows = _filter_measures(rows, parse_codes(changes["measures"]), populations)
    return {"measures": rows, "affected_populations": [] if rows else populations}


def _replace_populations(rows: list[Json], populations: list[str], given: object) -> list[Json]:
    applied = [row for row in rows if not row["is_exception"]]
    if len({tuple(sorted(row["affected_populations"])) for row in applied}) > 1:
        reason = "its measures touch different populations each: post them one by one to /submissions"
        raise InvalidFeature(("affected_populations", given, reason))
    return [row if row["is_exception"] else row | {"affected_populations": populations} for row in rows]


def _filter_measures(rows: list[Json], measures: list[str], populations: list[str]) -> list[Json]:
    """Filter the measures by code, and add new ones, with the populations of the others."""
    remaining = [row for row in rows if row["measure"] in measures]
    known = {row["measure"] for row in rows if not row["is_exception"]}
    new = [{"measure": code, "affected_populations": populations} for code in measures if code not in known]
    return remaining + new

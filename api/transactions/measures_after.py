"""The measures of a record whose flat sets were edited: what was said one by one is kept as far as it still holds."""

from typing import Any

from api.transactions.differences import codes_of
from api.transactions.sent_feature import BadFeature
from models.restriction_content import Content

Json = dict[str, Any]


def measures_after(content: Content, changes: Json) -> Json:
    """The members `measures` and `affected_populations` of the row that says the record anew.

    Raises BadFeature where populations are changed that the record's measures name each for itself.
    """
    rows: list[Json] = content.measure_rows
    populations = list(content.affected_populations)
    if "affected_populations" in changes:
        populations = codes_of(changes["affected_populations"])
        rows = _of_all(rows, populations, changes["affected_populations"])
    if "measures" in changes:
        rows = _only(rows, codes_of(changes["measures"]), populations)
    return {"measures": rows, "affected_populations": [] if rows else populations}


def _of_all(rows: list[Json], populations: list[str], given: object) -> list[Json]:
    applied = [row for row in rows if not row["is_exception"]]
    if len({tuple(sorted(row["affected_populations"])) for row in applied}) > 1:
        reason = "its measures touch different populations each: post them one by one to /submissions"
        raise BadFeature(("affected_populations", given, reason))
    return [row if row["is_exception"] else row | {"affected_populations": populations} for row in rows]


def _only(rows: list[Json], measures: list[str], populations: list[str]) -> list[Json]:
    """Those that are still named, and the new ones, which touch the same populations as the others."""
    kept = [row for row in rows if row["measure"] in measures]
    known = {row["measure"] for row in rows if not row["is_exception"]}
    new = [{"measure": code, "affected_populations": populations} for code in measures if code not in known]
    return kept + new

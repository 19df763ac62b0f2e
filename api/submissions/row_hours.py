"""The opening hours that a row says: of the point's entry in the register, from a day on."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from api.submissions.named_points import NamedPoint
from api.submissions.row_values import CLEARS, RowValues
from models.register_change import RegisterChange


def change_of_hours(
    values: RowValues, point: NamedPoint | None, day: dt.date, versions: Sequence[NamedPoint]
) -> RegisterChange | None:
    """The change of the register that a report makes beside what it reports, if it says opening hours.

    They hold from the day of the assessment until others are known: a week that is posted late leaves later ones.
    """
    columns = hours_of(values)
    if point is None or not columns:
        return None
    until = next((v.first for v in versions if v.first > day and v.opening_hours != point.opening_hours), None)
    return RegisterChange(values.row.number, point.id, day, columns | source_of(values), valid_to=until)


def hours_of(values: RowValues) -> dict[str, str | None]:
    """The opening hours by the column of the register, None where the hyphen takes them away; else nothing."""
    if values.text("opening_hours") == CLEARS:
        return {"opening_hours": None}
    hours = values.opening_hours("opening_hours")
    return {} if hours is None else {"opening_hours": hours}


def source_of(values: RowValues) -> dict[str, Any]:
    """Where the sender has it from, in place of where the entry came from before."""
    return {"source_reference": values.url("source_url") or values.text("source"), "source_version": None}

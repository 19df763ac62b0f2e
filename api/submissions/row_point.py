"""The point that a row names, if the sender may say something of it."""

import datetime as dt

from api.submissions.checked import Ground
from api.submissions.named_points import NamedPoint
from api.submissions.row_values import RowValues


def point_of(values: RowValues, day: dt.date, ground: Ground, column: str = "point") -> NamedPoint | None:
    """The point as the register has it on the day, or None with a problem noted."""
    name = values.text(column)
    if name is None:
        values.complain(column, "missing", "the point has to be named by its code")
        return None
    found = ground.points.found(name, day)
    if len(found) > 1:
        several = [point.code for point in found]
        values.complain(column, "ambiguous_point", f"{name!r} could be {' or '.join(several)}", candidates=several)
        return None
    if not found:
        _complain_of_unknown(values, name, day, ground, column)
        return None
    if found[0].iso3 not in ground.writable:
        foreign = f"{name} lies in {found[0].iso3}, for which this key may not write"
        values.complain(column, "foreign_country", foreign)
        return None
    return found[0]


def _complain_of_unknown(values: RowValues, name: str, day: dt.date, ground: Ground, column: str) -> None:
    if first := ground.points.first_day(name):
        values.complain(column, "not_in_the_register", f"{name} is in the register from {first} on, and not on {day}")
        return
    near = ground.points.nearest(name)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    values.complain(column, "unknown_point", f"{name!r} is no code of a point in the register{hint}", candidates=near)


def refuse_before_the_register(values: RowValues, point: NamedPoint, first: dt.date, ground: Ground) -> None:
    """Refuse what begins before the point is in the register: on those days there is no place to show it at."""
    entered = min(version.first for version in ground.points.versions(point.id))
    if first < entered:
        message = f"{point.code} is in the register from {entered} on, and not on {first}"
        values.complain("valid_from", "not_in_the_register", f"{message}; change_point has it begin then")


def refuse_unless_active(values: RowValues, point: NamedPoint, day: dt.date) -> None:
    """Only of an active point can be said what holds there; what is waiting to be accepted is not public."""
    reasons = {
        "proposed": "is proposed and not accepted yet",
        "retired": f"is retired on {day}",
        "merged": f"is merged into {point.successor} on {day}",
    }
    if reason := reasons.get(point.lifecycle):
        candidates = [point.successor] if point.successor else []
        values.complain("point", f"point_is_{point.lifecycle}", f"{point.code} {reason}", candidates=candidates)

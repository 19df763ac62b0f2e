"""Stale statuses: the last assessment of a point is so long ago that its status is no longer current.

A status is stale on a day if the last assessment up to that day, as of the moment of the request, is `max_age_d` days
old or older: with 28 days, 27 days ago is recent, and 28 days ago is stale. A point without an assessment has no status
and is not stale. A status reported only after the day that it covers is not stale either.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import DATERANGE

from models.queries.filters import PointFilter
from models.tables.assessment import Assessment
from models.tables.bitemporal import shift_day

DEFAULT_MAX_AGE_D = 28
# A hundred years: longer than any record, so no limit.
ANY_AGE_D = 36_500
# The last day on which an assessment was too old; null, for any age, makes nothing stale.
STALE_UNTIL: Any = bindparam("stale_until", type_=Date)
MAX_AGE_D: Any = bindparam("max_age_d", type_=Integer)


def compute_last_stale_day(day: dt.date, max_age_d: int | None) -> dt.date | None:
    """Return the last day of an assessment that makes a status stale on `day`; None if any age is accepted."""
    return None if max_age_d is None else shift_day(day, -max_age_d)


def is_stale(state: Any, last_assessed: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a subquery; an expression
    """Build the SQL condition, never null, that the state was last assessed on or before `stale_until`, a parameter to
    bind.
    """
    return func.coalesce(and_(state.c.id.is_not(None), last_assessed <= STALE_UNTIL), False)


def select_stale_days(question: PointFilter, points: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - a select of numbers
    """Select `point_of_entry_id` and `days`, a range of days on which a status of the point is stale.

    There is one range for each assessment without a successor within `max_age_d` days, a parameter to bind: from that
    age on, up to the next assessment.
    """
    following = func.lead(Assessment.assessed_on).over(
        partition_by=Assessment.point_of_entry_id, order_by=Assessment.assessed_on
    )
    known = [Assessment.assessed_on <= question.days.last, MAX_AGE_D.is_not(None)]
    if question.as_known_at is not None:
        known.append(Assessment.recorded_at <= question.as_known_at)
    each = (
        select(
            Assessment.point_of_entry_id,
            Assessment.assessed_on.op("+", return_type=Date)(MAX_AGE_D).label("start"),
            following.label("stop"),
        )
        .where(Assessment.point_of_entry_id.in_(points), *known)
        .subquery("each_assessment")
    )
    days = func.daterange(each.c.start, each.c.stop, type_=DATERANGE).label("days")
    is_some_day = (each.c.stop.is_(None)) | (each.c.start < each.c.stop)
    return select(each.c.point_of_entry_id, days).where(is_some_day, each.c.start <= question.days.last)

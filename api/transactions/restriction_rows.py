"""A restriction that is made, changed or taken back, as rows of a submission that say so.

A record is corrected by saying anew what held on its days, and by taking back those that it is no longer to have.
"""

import datetime as dt
from typing import Any

from api.collections import COLLECTIONS
from api.receivables import EDITABLE
from api.transactions.differences import differences, moved
from api.transactions.measures_after import measures_after
from api.transactions.sent_feature import BadFeature, SentFeature
from api.values.days import parse_day_or_midnight
from models.restriction_content import Content

Json = dict[str, Any]
RESTRICTIONS = COLLECTIONS["restrictions"]
RECEIVED = EDITABLE[RESTRICTIONS.id]
A_DAY = dt.timedelta(days=1)
# What the row of a submission says as the record says it.
KEPT = (
    "operational_status",
    "expected_duration",
    "announced_end",
    "source_type",
    "source_url",
    "confidence",
    "comment",
)
OF_MEASURES = {"measures", "affected_populations"}
ELSEWHERE = "a restriction stands where its point stands: change the point"


def new_restriction(sent: SentFeature, today: dt.date) -> list[Json]:
    """The row of a new restriction, at the point whose `code` it has; where it was drawn says nothing."""
    said = {name: value for name, value in sent.properties.items() if value not in (None, "", [])}
    if "operational_status" not in said:
        raise BadFeature(("operational_status", None, "is needed: what held there"))
    first, end = _day("valid_from", said.pop("valid_from", today.isoformat())), _end(said.pop("valid_to", None))
    _refuse_reversed(first, end)
    columns = {RECEIVED.columns[name]: value for name, value in said.items() if name in RECEIVED.columns}
    return [{"action": "report", **columns, **_days(first, end, today)}]


def changed_restriction(
    content: Content, current: Json, sent: SentFeature, today: dt.date, *, is_whole: bool
) -> list[Json]:
    """The rows that make the record what was sent; none if it is that already."""
    if moved(current["geometry"], sent.place):
        raise BadFeature(("geometry", sent.place, ELSEWHERE))
    changes = differences(RESTRICTIONS, current["properties"], sent, is_whole=is_whole)
    if not changes:
        return []
    first = _day("valid_from", changes.pop("valid_from", content.valid_from.isoformat()))
    end = _end(changes.pop("valid_to")) if "valid_to" in changes else content.valid_to
    _refuse_reversed(first, end)
    row = _content(content) | measures_after(content, changes)
    row |= {RECEIVED.columns[name]: value for name, value in changes.items() if name not in OF_MEASURES}
    return [row | _days(first, end, today), *_taken_back(content, first, end, today)]


def retracted_restriction(content: Content, today: dt.date) -> list[Json]:
    """The row that takes the record back, on all of its days."""
    return [_retraction(content, content.valid_from, content.valid_to, today)]


def _content(content: Content) -> Json:
    kept = {name: getattr(content, name) for name in KEPT}
    days = {name: value.isoformat() for name, value in kept.items() if isinstance(value, dt.date)}
    return {"point": content.code, "action": "correct", **kept, **days, "source": content.source_note}


def _days(first: dt.date, end: dt.date | None, today: dt.date) -> Json:
    """The days in a row's words: its last day included; looked at when it began, or today if that is to come."""
    last = {"valid_until": (end - A_DAY).isoformat()} if end else {}
    return {"valid_from": first.isoformat(), **last, "assessed_on": min(first, today).isoformat()}


def _taken_back(content: Content, first: dt.date, end: dt.date | None, today: dt.date) -> list[Json]:
    """Rows for the days that the record had and is to have no longer: before its new start, from its new end on."""
    old_first, old_end = content.valid_from, content.valid_to
    before_end = first if old_end is None else min(first, old_end)
    after_first = end and max(end, old_first)
    pieces = [(old_first, before_end)] if old_first < before_end else []
    if after_first is not None and (old_end is None or after_first < old_end):
        pieces.append((after_first, old_end))
    return [_retraction(content, *piece, today) for piece in pieces]


def _retraction(content: Content, first: dt.date, end: dt.date | None, today: dt.date) -> Json:
    return {"point": content.code, "action": "retract", **_days(first, end, today)}


def _refuse_reversed(first: dt.date, end: dt.date | None) -> None:
    if end is not None and end <= first:
        raise BadFeature(("valid_to", end.isoformat(), f"has to come after it begins, on {first}"))


def _end(value: object) -> dt.date | None:
    return None if value in (None, "") else _day("valid_to", value)


def _day(name: str, value: object) -> dt.date:
    """A calendar day, also where a program writes its midnight."""
    try:
        return parse_day_or_midnight(str(value or ""))
    except ValueError:
        raise BadFeature((name, value, "is not a day written as 2020-04-15")) from None

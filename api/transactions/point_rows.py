"""Rows of a submission that create, change or retire a point of entry."""

from typing import Any

from api.collections import COLLECTIONS
from api.receivables import EDITABLE
from api.submissions.row_values import CLEARS
from api.transactions.differences import differences, moved
from api.transactions.sent_feature import BadFeature, SentFeature

Json = dict[str, Any]
POINTS = COLLECTIONS["points-of-entry"]
RECEIVED = EDITABLE[POINTS.id]
MAY_BE_TAKEN_AWAY = {"other_country", "counterpart", "iata", "icao", "unlocode", "opening_hours"}
ACTIONS = {"retired": "retire_point", "active": "reopen_point"}


def new_point(sent: SentFeature) -> Json:
    """Build the row of a new point. The client may choose its code, as `code` or as the id of the feature."""
    values = {name: value for name, value in sent.properties.items() if value not in (None, "", [])}
    if elsewhere := values.keys() & RECEIVED.elsewhere:
        reason = "is not of the register: make the point, then make an item of restrictions"
        raise BadFeature(*((name, values[name], reason) for name in sorted(elsewhere)))
    columns = {RECEIVED.columns[name]: value for name, value in values.items() if name in RECEIVED.columns}
    wished = {"point": sent.identifier} if isinstance(sent.identifier, str) and "point" not in columns else {}
    return {**wished, **columns, "action": "new_point", **_place(sent)}


def changed_point(code: str, current: Json, sent: SentFeature, *, is_whole: bool) -> list[Json]:
    """Build the row that changes the point from today on; an empty list if nothing differs."""
    _refuse_another(code, sent)
    if is_whole and sent.place is None:
        raise BadFeature(("geometry", None, "a point of entry has a place"))
    changes = differences(POINTS, current["properties"], sent, is_whole=is_whole)
    action = _action(changes, is_whole=is_whole)
    columns = {RECEIVED.columns[name]: _said(name, value) for name, value in changes.items()}
    if moved(current["geometry"], sent.place):
        columns |= _place(sent)
    return [{"point": code, "action": action, **columns}] if columns or action != "change_point" else []


def _action(changes: Json, *, is_whole: bool) -> str:
    """Remove `lifecycle` from the changes and return the action for it."""
    if "lifecycle" not in changes:
        return "change_point"
    lifecycle = changes.pop("lifecycle")
    if lifecycle is None and is_whole:
        return "change_point"
    if lifecycle not in ACTIONS:
        raise BadFeature(("lifecycle", lifecycle, "can be retired or active; a merger is posted to /submissions"))
    return ACTIONS[lifecycle]


def _said(name: str, value: object) -> object:
    if value not in (None, ""):
        return value
    if name == "official_status":
        return "unknown"
    if name not in MAY_BE_TAKEN_AWAY:
        raise BadFeature((name, value, "cannot be empty"))
    return CLEARS


def _place(sent: SentFeature) -> Json:
    return dict(zip(("longitude", "latitude"), sent.place, strict=True)) if sent.place else {}


def _refuse_another(code: str, sent: SentFeature) -> None:
    if sent.identifier not in (None, code):
        raise BadFeature(("id", sent.identifier, f"is not that of the address, {code}"))


def retired_point(code: str) -> Json:
    """Build the row that retires the point from today on; its history stays."""
    return {"point": code, "action": "retire_point"}

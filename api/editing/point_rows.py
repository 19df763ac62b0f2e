"""Rows of a submission that create, change or retire a point of entry."""

from typing import Any

from api.collections.definitions.points import POINT_EDITING
from api.editing.diff import find_changes, has_moved
from api.editing.request_body import FeatureBody, InvalidFeature
from api.submissions.raw_row import CLEAR_MARK
from models.tables.point_properties import POINT_PROPERTIES

Json = dict[str, Any]
PROPERTIES = {each.name: each for each in POINT_PROPERTIES}
LIFECYCLE_ACTIONS = {"retired": "retire_point", "active": "reopen_point"}


def build_new_point(sent: FeatureBody) -> Json:
    """Build the row of a new point. The client may choose its code, as `code` or as the id of the feature."""
    values = {name: value for name, value in sent.properties.items() if value not in (None, "", [])}
    if elsewhere := values.keys() & POINT_EDITING.day_properties:
        reason = "is not a property of the register; create the point, then an item of restrictions"
        raise InvalidFeature(*((name, values[name], reason) for name in sorted(elsewhere)))
    columns = {POINT_EDITING.columns[name]: value for name, value in values.items() if name in POINT_EDITING.columns}
    wished = {"point": sent.identifier} if isinstance(sent.identifier, str) and "point" not in columns else {}
    return {**wished, **columns, "action": "new_point", **_build_place(sent)}


def build_point_change(code: str, current: Json, sent: FeatureBody, *, is_whole: bool) -> list[Json]:
    """Build the row that changes the point from today on; an empty list if nothing differs."""
    _refuse_another(code, sent)
    if is_whole and sent.place is None:
        raise InvalidFeature(("geometry", None, "a point of entry needs a geometry"))
    changes = find_changes(POINT_EDITING, current["properties"], sent, is_whole=is_whole)
    action = _resolve_action(changes, is_whole=is_whole)
    columns = {POINT_EDITING.columns[name]: _format_value(name, value) for name, value in changes.items()}
    if has_moved(current["geometry"], sent.place):
        columns |= _build_place(sent)
    return [{"point": code, "action": action, **columns}] if columns or action != "change_point" else []


def _resolve_action(changes: Json, *, is_whole: bool) -> str:
    """Remove `lifecycle` from the changes and return the action for it."""
    if "lifecycle" not in changes:
        return "change_point"
    lifecycle = changes.pop("lifecycle")
    if lifecycle is None and is_whole:
        return "change_point"
    if lifecycle not in LIFECYCLE_ACTIONS:
        raise InvalidFeature(("lifecycle", lifecycle, "must be retired or active; post a merger to /submissions"))
    return LIFECYCLE_ACTIONS[lifecycle]


def _format_value(name: str, value: object) -> object:
    if value not in (None, ""):
        return value
    if PROPERTIES[name].without_value:
        return PROPERTIES[name].without_value
    if not PROPERTIES[name].is_clearable:
        raise InvalidFeature((name, value, "cannot be empty"))
    return CLEAR_MARK


def _build_place(sent: FeatureBody) -> Json:
    return dict(zip(("longitude", "latitude"), sent.place, strict=True)) if sent.place else {}


def _refuse_another(code: str, sent: FeatureBody) -> None:
    if sent.identifier not in (None, code):
        raise InvalidFeature(("id", sent.identifier, f"differs from the code in the URL, {code}"))


def build_point_retirement(code: str) -> Json:
    """Build the row that retires the point from today on; its history stays."""
    return {"point": code, "action": "retire_point"}

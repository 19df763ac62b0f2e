"""Differences between a submitted feature and the current item."""

from typing import Any

from api.collections.collection import EditingDefinition
from api.editing.request_body import FeatureBody, InvalidFeature, Place
from api.submissions.raw_row import split_list
from api.submissions.readers.strict_json import JsonNumber, serialize_json

Json = dict[str, Any]
# A centimetre at the equator: coordinates sent back unchanged are not a change, despite rounding.
SAME_PLACE_DEGREES = 1e-7


def find_changes(editing: EditingDefinition, current: Json, sent: FeatureBody, *, is_whole: bool) -> Json:
    """Return the properties with another value than in `current`. A property that a whole feature omits is null.

    Raise BadFeature for read-only properties: a client would take a silently ignored change for done.
    """
    changeable = editing.columns.keys() - editing.create_only
    left_out: Json = dict.fromkeys(changeable - sent.properties.keys()) if is_whole else {}
    changed = {
        name: value
        for name, value in (sent.properties | left_out).items()
        if not is_same_value(value, current.get(name))
    }
    _refuse_unchangeable(editing, {name: value for name, value in changed.items() if name not in changeable}, current)
    return changed


def _refuse_unchangeable(editing: EditingDefinition, unchangeable: Json, current: Json) -> None:
    once = editing.create_only
    if unchangeable:
        raise InvalidFeature(
            *(
                (
                    name,
                    value,
                    f"{'cannot change' if name in once else 'is read-only'}; its value is "
                    + serialize_json(current.get(name)),
                )
                for name, value in unchangeable.items()
            )
        )


def is_same_value(sent: object, current: object) -> bool:
    """Check whether the values are equal in different notations: numbers as text, lists as people write them."""
    if isinstance(current, list) or isinstance(sent, list):
        return parse_codes(sent) == parse_codes(current)
    if isinstance(sent, JsonNumber) and isinstance(current, int | float):
        return float(sent) == float(current)
    return (sent in (None, "") and current is None) or sent == current


def parse_codes(value: object) -> list[str]:
    """Return the codes of a list, sorted: QGIS has no list type in its forms and may write the list as one text."""
    if isinstance(value, list):
        return sorted(str(each) for each in value)
    return sorted(part.strip('" ') for part in split_list(str(value or "").strip("[]{}"))) if value else []


def has_moved(current: Json | None, place: Place | None) -> bool:
    """Check whether the place differs from the geometry."""
    if place is None:
        return False
    if current is None:
        return True
    return any(
        abs(float(new) - old) > SAME_PLACE_DEGREES for new, old in zip(place, current["coordinates"][:2], strict=True)
    )

"""Properties in the tiles of each collection: few, because a map of the world draws all features."""

from collections.abc import Iterator

from api.collections import Collection
from api.fields import Field, all_fields_of
from api.kinds import Kind
from models.codes import codes

POINT = ("code", "name", "poe_type", "country", "status_group", "operational_status", "measures")
DRAWN = {
    "points-of-entry": (
        *(*POINT, "is_poe", "iata", "unlocode", "assessed", "valid_from", "last_assessed"),
        *("evidence", "side"),
    ),
    "restrictions": ("record", *POINT, "valid_from", "valid_to"),
    "changes": (*POINT, "status_group_before", "status_before", "since"),
    "countries": (
        *("iso3", "name", "international_travel", "internal_movement", "public_transport", "poe_count"),
        *("fully_operational", "partially_operational", "fully_closed", "unknown", "not_assessed"),
    ),
}
# Up to this zoom level tiles have clusters, because a tile has thousands of points.
GATHERED_UP_TO = 3
DEEPEST_ZOOM = 12
NOT_ASSESSED = "not_assessed"
# The end of the name of a count of stale points.
OLD = "_old"
TYPES: dict[Kind, str] = {"integer": "Number", "number": "Number", "boolean": "Boolean"}


def drawn_of(collection: Collection) -> tuple[str, ...]:
    """Return the names of the properties of a tile if the request names none."""
    return DRAWN[collection.id]


def groups() -> tuple[str, ...]:
    """List the groups by which the points of a cluster are counted."""
    return (*codes("status_group"), NOT_ASSESSED)


def old_of(collection: Collection) -> dict[str, str]:
    """Return the name of the count of stale points by group; empty for a collection without `last_assessed`."""
    says_when = "last_assessed" in all_fields_of(collection)
    return {group: f"{group}{OLD}" for group in codes("status_group")} if says_when else {}


def is_gathered(collection: Collection, z: int) -> bool:
    return collection.geometry == "Point" and z <= GATHERED_UP_TO


def described(collection: Collection, names: tuple[str, ...]) -> Iterator[Field]:
    """Return the fields of these names."""
    fields = all_fields_of(collection)
    return (fields[name] for name in names)


def vector_fields(collection: Collection) -> dict[str, str]:
    """Return the properties and their types, as TileJSON 3.0 has them, including the counts of clusters."""
    own = {field.name: TYPES.get(field.kind, "String") for field in described(collection, drawn_of(collection))}
    counted = (
        dict.fromkeys(("points", *groups(), *old_of(collection).values()), "Number")
        if collection.geometry == "Point"
        else {}
    )
    return own | counted

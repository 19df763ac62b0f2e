"""Properties in the tiles of each collection: few, because a map of the world draws all features."""

from collections.abc import Iterator

from api.collections.properties import CollectionProperty, get_properties
from api.collections.registry import Collection
from api.parameters.property_types import PropertyType
from models.codes import list_codes

POINT_PROPERTIES = ("code", "name", "poe_type", "country", "status_group", "operational_status", "measures")
TILE_PROPERTIES = {
    "points-of-entry": (
        *(*POINT_PROPERTIES, "is_poe", "iata", "unlocode", "assessed", "valid_from", "last_assessed"),
        *("evidence", "side"),
    ),
    "restrictions": ("record", *POINT_PROPERTIES, "valid_from", "valid_to"),
    "changes": (*POINT_PROPERTIES, "status_group_before", "status_before", "since"),
    "countries": (
        *("iso3", "name", "international_travel", "internal_movement", "public_transport", "poe_count"),
        *("fully_operational", "partially_operational", "fully_closed", "unknown", "not_assessed"),
    ),
}
# Up to this zoom level tiles have clusters, because a tile has thousands of points.
MAX_CLUSTER_ZOOM = 3
MAX_ZOOM = 12
NOT_ASSESSED = "not_assessed"
# The end of the name of a count of stale points.
STALE_SUFFIX = "_old"
TYPES: dict[PropertyType, str] = {"integer": "Number", "number": "Number", "boolean": "Boolean"}


def get_tile_properties(collection: Collection) -> tuple[str, ...]:
    """Return the names of the properties of a tile if the request names none."""
    return TILE_PROPERTIES[collection.id]


def list_groups() -> tuple[str, ...]:
    """List the groups by which the points of a cluster are counted."""
    return (*list_codes("status_group"), NOT_ASSESSED)


def get_stale_counts(collection: Collection) -> dict[str, str]:
    """Return the name of the count of stale points by group; empty for a collection without `last_assessed`."""
    says_when = "last_assessed" in get_properties(collection)
    return {group: f"{group}{STALE_SUFFIX}" for group in list_codes("status_group")} if says_when else {}


def is_clustered(collection: Collection, z: int) -> bool:
    return collection.geometry == "Point" and z <= MAX_CLUSTER_ZOOM


def get_fields(collection: Collection, names: tuple[str, ...]) -> Iterator[CollectionProperty]:
    """Return the fields of these names."""
    fields = get_properties(collection)
    return (fields[name] for name in names)


def describe_vector_fields(collection: Collection) -> dict[str, str]:
    """Return the properties and their types, as TileJSON 3.0 has them, including the counts of clusters."""
    own = {
        field.name: TYPES.get(field.kind, "String") for field in get_fields(collection, get_tile_properties(collection))
    }
    counted = (
        dict.fromkeys(("points", *list_groups(), *get_stale_counts(collection).values()), "Number")
        if collection.geometry == "Point"
        else {}
    )
    return own | counted

"""Properties in the tiles of each collection: few, because a map of the world draws all features."""

from collections.abc import Iterator

from api.collections.properties import CollectionProperty, get_properties
from api.collections.registry import Collection
from api.parameters.value_parsing import PropertyType
from models.codes import list_codes

# Up to this zoom level tiles have clusters, because a tile has thousands of points.
MAX_CLUSTER_ZOOM = 3
MAX_ZOOM = 12
NOT_ASSESSED = "not_assessed"
# The end of the name of a count of stale points.
STALE_SUFFIX = "_old"
TYPES: dict[PropertyType, str] = {"integer": "Number", "number": "Number", "boolean": "Boolean"}


def get_tile_properties(collection: Collection) -> tuple[str, ...]:
    """Return the names of the properties of a tile if the request names none."""
    return collection.tile.properties


def list_groups(collection: Collection) -> tuple[str, ...]:
    """List the groups by which the points of a cluster are counted; empty if only all points are counted."""
    return (*list_codes("status_group"), NOT_ASSESSED) if collection.tile.clusters == "status" else ()


def get_stale_counts(collection: Collection) -> dict[str, str]:
    """Return the name of the count of stale points by group; empty for a collection without `last_assessed`."""
    says_when = "last_assessed" in get_properties(collection)
    return {group: f"{group}{STALE_SUFFIX}" for group in list_codes("status_group")} if says_when else {}


def is_clustered(collection: Collection, z: int) -> bool:
    return collection.tile.clusters is not None and z <= MAX_CLUSTER_ZOOM


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
        dict.fromkeys(("points", *list_groups(collection), *get_stale_counts(collection).values()), "Number")
        if collection.tile.clusters
        else {}
    )
    return own | counted

"""Operations of the document at /api, collected from the routes of the application."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from starlette.routing import BaseRoute, Route

from api.collections.registry import COLLECTIONS, Collection
from api.parameters.operation import ATTRIBUTE, Method, Operation

# Path parameter of routes that each collection has: the document has a literal path for each.
COLLECTION_PLACE = "{collection_id}"
# Path parameters by the names that OGC API - Features gives them.
PUBLIC_NAMES = {"{item_id}": "{featureId}"}
# Methods that need no description: HEAD is answered as GET.
UNLISTED_METHODS = {"HEAD", "OPTIONS"}
# Rooms of the routes of collections, in the order of the document; rooms that are not here come after these.
ROOM_ORDER = (
    *(
        "api.features.metadata",
        "api.collections",
        "api.qgis",
        "api.tiles.tilesets",
        "api.tiles",
        "api.tiles.styles",
        "api.features",
    ),
    "api.editing",
)


def collect_operations(routes: Sequence[BaseRoute]) -> tuple[Operation, ...]:
    """Collect the operations of the service in the order of the routes, then of each collection."""
    documented = [route for route in routes if isinstance(route, Route) and route.include_in_schema]
    service = [route for route in documented if COLLECTION_PLACE not in route.path]
    of_collections = sorted((route for route in documented if COLLECTION_PLACE in route.path), key=_rank_room)
    return (
        *_iterate_service_operations(service),
        *(each for collection in COLLECTIONS.values() for each in _iterate_operations(of_collections, collection)),
    )


def _rank_room(route: Route) -> int:
    """Return the place of the route's room; of several rooms that match, the innermost counts."""
    module = f"{route.endpoint.__module__}."
    rooms = [room for room in ROOM_ORDER if module.startswith(f"{room}.")]
    return ROOM_ORDER.index(max(rooms, key=len)) if rooms else len(ROOM_ORDER)


def _iterate_service_operations(routes: Iterable[Route]) -> Iterator[Operation]:
    for route in routes:
        if (operation := getattr(route.endpoint, ATTRIBUTE, None)) is not None:
            yield _place(operation, route, route.path)


def _iterate_operations(routes: Iterable[Route], collection: Collection) -> Iterator[Operation]:
    """Iterate over the operations on the collection."""
    for route in routes:
        described: Any = getattr(route.endpoint, ATTRIBUTE, None)
        operation = described if isinstance(described, Operation) or described is None else described(collection)
        if operation is not None:
            own = replace(operation, id=f"{collection.id}.{operation.id}", tag=collection.title)
            yield _place(own, route, route.path.replace(COLLECTION_PLACE, collection.id))


def _place(operation: Operation, route: Route, path: str) -> Operation:
    """Fill in the method and the path of the route."""
    (method,) = (route.methods or set()) - UNLISTED_METHODS
    for name, public in PUBLIC_NAMES.items():
        path = path.replace(name, public)
    return replace(operation, method=cast("Method", method.lower()), path=path)

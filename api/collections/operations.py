"""Description of a route that each collection has: the document at /api lists it under each literal path."""

from collections.abc import Callable

from api.collections.registry import Collection
from api.parameters.operation import ATTRIBUTE, Endpoint, Operation

# Returns the operation on this collection; None if the collection has no such operation.
DescribeOperation = Callable[[Collection], Operation | None]


def describe_each(describe: DescribeOperation) -> Callable[[Endpoint], Endpoint]:
    """Decorate the function of a route with an operation that differs by collection.

    An operation that is equal for all collections is attached itself: `@Operation(...)`. In both cases the document
    puts the id of the collection before the operationId, and its title in place of the tag.
    """

    def attach(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, ATTRIBUTE, describe)
        return endpoint

    return attach


def format_item_schema(collection: Collection) -> str:
    """Return the name of the schema of one item."""
    return "".join(word.capitalize() for word in collection.item.split())


def format_items_schema(collection: Collection) -> str:
    """Return the name of the schema of a page of items."""
    return f"{format_item_schema(collection)}Features"

"""Registry of the collections: the only list of them. Each is one file in `definitions`."""

from typing import Annotated

from fastapi import Depends

from api.collections.collection import NOTICE, Collection
from api.collections.definitions.changes import CHANGES
from api.collections.definitions.countries import COUNTRIES
from api.collections.definitions.points import POINTS
from api.collections.definitions.restrictions import RESTRICTIONS
from api.exceptions import NotFound
from api.parameters.shared import Parameters, build_query_parser

__all__ = (
    "COLLECTIONS",
    "KEYWORDS",
    "NOTICE",
    "QGIS_STYLE",
    "Collection",
    "CommonParameters",
    "RequiredCollection",
    "is_editable",
    "require_collection",
)

KEYWORDS = ("points of entry", "borders", "mobility restrictions", "airports", "ports", "COVID-19")
QGIS_STYLE = "application/vnd.qgis.qml"
# In the order of /collections.
COLLECTIONS = {collection.id: collection for collection in (POINTS, RESTRICTIONS, CHANGES, COUNTRIES)}


def is_editable(collection_id: str) -> bool:
    """Return whether there is such a collection, and it takes edits."""
    return collection_id in COLLECTIONS and COLLECTIONS[collection_id].editing is not None


async def require_collection(collection_id: str) -> Collection:
    """Return the collection in the path, as a dependency. Raises NotFound."""
    if collection_id not in COLLECTIONS:
        raise NotFound(f"unknown collection {collection_id!r}; expected one of {', '.join(COLLECTIONS)}")
    return COLLECTIONS[collection_id]


RequiredCollection = Annotated[Collection, Depends(require_collection)]
CommonParameters = Annotated[Parameters, Depends(build_query_parser(Parameters))]

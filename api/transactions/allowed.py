"""Methods that items allow (Part 4, 6.4). QGIS reads them once, and shows or hides its edit tools."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from api.callers import PRIVATE, Caller, Forbidden, NotAuthenticated, caller, has_key
from api.collections import Collection, NamedCollection
from api.http.allowed_methods import READ, Narrowing
from api.receivables import EDITABLE
from api.representation import GEOJSON

router = APIRouter(prefix="/collections/{collection_id}/items")
MERGE_PATCH = "application/merge-patch+json"
FEATURE_FORMS = (GEOJSON, "application/json")
OF_COLLECTION, OF_ITEM = (*READ, "POST"), (*READ, "PUT", "PATCH", "DELETE")
NOTHING_ACCEPTED: Mapping[str, str] = MappingProxyType({})
# Keys are the templates of the routes, for the response to a method that a path does not support. A collection that
# takes no edits, or does not exist, has only the read methods.
NARROWED: dict[str, Narrowing] = {
    "/collections/{collection_id}/items": lambda found: OF_COLLECTION if found["collection_id"] in EDITABLE else READ,
    "/collections/{collection_id}/items/{item_id}": lambda found: (
        OF_ITEM if found["collection_id"] in EDITABLE else READ
    ),
}


async def may_edit(request: Request, collection: NamedCollection) -> bool:
    """Check whether the request's key can edit items of the collection (dependency); False without a valid key.

    The country of the item is ignored: QGIS requests the first item it has read and applies its methods to all items.
    """
    if collection.id not in EDITABLE or not has_key(request):
        return False
    try:
        return _can_write(await caller(request))
    except (NotAuthenticated, Forbidden):
        return False


MayEdit = Annotated[bool, Depends(may_edit)]


async def editable(collection: NamedCollection) -> Collection:
    """Return the collection in the path (dependency), or raise HTTPException if it takes no edits, key or not."""
    if collection.id not in EDITABLE:
        raise HTTPException(405)
    return collection


EditableCollection = Annotated[Collection, Depends(editable)]


@router.options("")
async def items_options(may_edit: MayEdit) -> Response:
    return _answer(OF_COLLECTION, {"Accept-Post": ", ".join(FEATURE_FORMS)}) if may_edit else _answer(READ)


@router.options("/{item_id}")
async def item_options(item_id: str, may_edit: MayEdit) -> Response:  # noqa: ARG001 - QGIS requests "unknown_id"
    forms = (MERGE_PATCH, *FEATURE_FORMS)
    return _answer(OF_ITEM, {"Accept-Patch": ", ".join(forms)}) if may_edit else _answer(READ)


def _answer(methods: tuple[str, ...], accepted: Mapping[str, str] = NOTHING_ACCEPTED) -> Response:
    headers = {"Allow": ", ".join(methods), "Vary": "Authorization, X-API-Key"}
    return Response(status_code=204, headers=PRIVATE | headers | dict(accepted))


def _can_write(caller: Caller) -> bool:
    return caller.role == "admin" or bool(caller.countries)

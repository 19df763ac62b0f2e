"""Methods that items allow (Part 4, 6.4). QGIS reads them once, and shows or hides its edit tools."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from api.auth.dependencies import PRIVATE, Caller, Forbidden, NotAuthenticated, get_caller, has_key
from api.collections.collection import EditingDefinition
from api.collections.registry import Collection, RequiredCollection, is_editable
from api.http.allowed_methods import READ_METHODS, Narrowing
from api.responses.representation import GEOJSON

router = APIRouter(prefix="/collections/{collection_id}/items")
MERGE_PATCH = "application/merge-patch+json"
FEATURE_MEDIA_TYPES = (GEOJSON, "application/json")
COLLECTION_METHODS, ITEM_METHODS = (*READ_METHODS, "POST"), (*READ_METHODS, "PUT", "PATCH", "DELETE")
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
# Keys are the templates of the routes, for the response to a method that a path does not support. A collection that
# takes no edits, or does not exist, has only the read methods.
NARROWED_METHODS: dict[str, Narrowing] = {
    "/collections/{collection_id}/items": lambda found: (
        COLLECTION_METHODS if is_editable(found["collection_id"]) else READ_METHODS
    ),
    "/collections/{collection_id}/items/{item_id}": lambda found: (
        ITEM_METHODS if is_editable(found["collection_id"]) else READ_METHODS
    ),
}


async def may_edit(request: Request, collection: RequiredCollection) -> bool:
    """Check whether the request's key can edit items of the collection (dependency); False without a valid key.

    The country of the item is ignored: QGIS requests the first item it has read and applies its methods to all items.
    """
    if collection.editing is None or not has_key(request):
        return False
    try:
        return _can_write(await get_caller(request))
    except (NotAuthenticated, Forbidden):
        return False


MayEdit = Annotated[bool, Depends(may_edit)]


async def require_editable(collection: RequiredCollection) -> Collection:
    """Return the collection in the path (dependency), or raise HTTPException if it takes no edits, key or not."""
    get_editing(collection)
    return collection


def get_editing(collection: Collection) -> EditingDefinition:
    """Return how the collection is edited, or raise HTTPException if it takes no edits."""
    if collection.editing is None:
        raise HTTPException(405)
    return collection.editing


EditableCollection = Annotated[Collection, Depends(require_editable)]


@router.options("", include_in_schema=False)
async def get_items_options(may_edit: MayEdit) -> Response:
    return (
        _build_response(COLLECTION_METHODS, {"Accept-Post": ", ".join(FEATURE_MEDIA_TYPES)})
        if may_edit
        else _build_response(READ_METHODS)
    )


@router.options("/{item_id}", include_in_schema=False)
async def get_item_options(item_id: str, may_edit: MayEdit) -> Response:  # noqa: ARG001 - QGIS requests "unknown_id"
    forms = (MERGE_PATCH, *FEATURE_MEDIA_TYPES)
    return (
        _build_response(ITEM_METHODS, {"Accept-Patch": ", ".join(forms)}) if may_edit else _build_response(READ_METHODS)
    )


def _build_response(methods: tuple[str, ...], accepted: Mapping[str, str] = NO_HEADERS) -> Response:
    headers = {"Allow": ", ".join(methods), "Vary": "Authorization, X-API-Key"}
    return Response(status_code=204, headers=PRIVATE | headers | dict(accepted))


def _can_write(caller: Caller) -> bool:
    return caller.role == "admin" or bool(caller.countries)

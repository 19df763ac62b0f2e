"""What may be done with items: QGIS asks for it to tell whether a layer can be edited (Part 4, 6.4)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from api.collections import Collection, NamedCollection
from api.receivables import EDITABLE
from api.representation import GEOJSON

router = APIRouter(prefix="/collections/{collection_id}/items")
MERGE_PATCH = "application/merge-patch+json"
FEATURE_FORMS = (GEOJSON, "application/json")
READ = ("GET", "HEAD", "OPTIONS")


def allowed_of_collection(collection: Collection) -> tuple[str, ...]:
    return (*READ, "POST") if collection.id in EDITABLE else READ


def allowed_of_item(collection: Collection) -> tuple[str, ...]:
    return (*READ, "PUT", "PATCH", "DELETE") if collection.id in EDITABLE else READ


async def editable(request: Request, collection: NamedCollection) -> Collection:
    """Dependency giving the collection in the path. Raises HTTPException for one that takes no edits, key or not."""
    if collection.id not in EDITABLE:
        is_item = "item_id" in request.path_params
        allowed = allowed_of_item(collection) if is_item else allowed_of_collection(collection)
        raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
    return collection


EditableCollection = Annotated[Collection, Depends(editable)]


@router.options("")
async def items_options(collection: NamedCollection) -> Response:
    accepted = {"Accept-Post": ", ".join(FEATURE_FORMS)} if collection.id in EDITABLE else {}
    return Response(status_code=204, headers={"Allow": ", ".join(allowed_of_collection(collection)), **accepted})


@router.options("/{item_id}")
async def item_options(collection: NamedCollection, item_id: str) -> Response:  # noqa: ARG001 - QGIS asks of "unknown_id"
    accepted = {"Accept-Patch": ", ".join((MERGE_PATCH, *FEATURE_FORMS))} if collection.id in EDITABLE else {}
    return Response(status_code=204, headers={"Allow": ", ".join(allowed_of_item(collection)), **accepted})

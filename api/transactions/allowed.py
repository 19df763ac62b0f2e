"""What may be done with items: QGIS asks for it to tell whether a layer can be edited (Part 4, 6.4)."""

from fastapi import APIRouter, Response

from api.collections import Collection, NamedCollection
from api.receivables import EDITABLE
from api.transactions.sent_feature import FEATURE_FORMS, MERGE_PATCH

router = APIRouter(prefix="/collections/{collection_id}/items")
READ = ("GET", "HEAD", "OPTIONS")


def allowed_of_collection(collection: Collection) -> tuple[str, ...]:
    return (*READ, "POST") if collection.id in EDITABLE else READ


def allowed_of_item(collection: Collection) -> tuple[str, ...]:
    return (*READ, "PUT", "PATCH", "DELETE") if collection.id in EDITABLE else READ


@router.options("")
async def items_options(collection: NamedCollection) -> Response:
    accepted = {"Accept-Post": ", ".join(FEATURE_FORMS)} if collection.id in EDITABLE else {}
    return Response(status_code=204, headers={"Allow": ", ".join(allowed_of_collection(collection)), **accepted})


@router.options("/{item_id}")
async def item_options(collection: NamedCollection, item_id: str) -> Response:  # noqa: ARG001 - QGIS asks of "unknown_id"
    accepted = {"Accept-Patch": ", ".join((MERGE_PATCH, *FEATURE_FORMS))} if collection.id in EDITABLE else {}
    return Response(status_code=204, headers={"Allow": ", ".join(allowed_of_item(collection)), **accepted})

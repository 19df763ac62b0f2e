"""Routes of the API document, as JSON and as a page."""

from fastapi import APIRouter, Request, Response

from api.openapi.document import document_text
from api.passed_parameters import PassedOn
from api.representation import OPENAPI, address, html_page, root_of

router = APIRouter()


@router.api_route("/api", methods=["GET", "HEAD"])
async def read_api(request: Request, _: PassedOn) -> Response:
    return Response(document_text(root_of(request)), media_type=OPENAPI)


@router.api_route("/api.html", methods=["GET", "HEAD"])
async def read_api_page(request: Request, _: PassedOn) -> Response:
    return html_page(request, "api.html", {"document": {"title": "The API", "href": address(request, "/api")}})

"""Routes of the API document, as JSON and as a page."""

from fastapi import APIRouter, Request, Response

from api.openapi.document import render_api_document
from api.passed_parameters import QueryToForward
from api.representation import OPENAPI, build_url, render_page, resolve_root_url

router = APIRouter()


@router.api_route("/api", methods=["GET", "HEAD"])
async def get_api(request: Request, _: QueryToForward) -> Response:
    return Response(render_api_document(resolve_root_url(request)), media_type=OPENAPI)


@router.api_route("/api.html", methods=["GET", "HEAD"])
async def get_api_page(request: Request, _: QueryToForward) -> Response:
    return render_page(request, "api.html", {"document": {"title": "The API", "href": build_url(request, "/api")}})

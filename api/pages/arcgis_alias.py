"""Addresses that contain `ogcfeatureserver`: ArcGIS's Python API accepts no others for OGC API - Features."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.responses.representation import build_url

router = APIRouter()


@router.api_route("/ogcfeatureserver{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def redirect_arcgis(request: Request, path: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(build_url(request, path or "/") + query, 307)

"""Addresses that contain `ogcfeatureserver`: ArcGIS's Python API accepts no others for OGC API - Features."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.representation import address

router = APIRouter()


@router.api_route("/ogcfeatureserver{path:path}", methods=["GET", "HEAD"])
async def lead_on(request: Request, path: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(address(request, path or "/") + query, 307)

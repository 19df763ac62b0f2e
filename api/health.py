"""Whether the service is alive, and whether it has data to answer from."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api.connection import Reading
from models.extent import has_data

router = APIRouter(prefix="/health")


@router.api_route("/live", methods=["GET", "HEAD"])
async def read_live() -> Response:
    return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})


@router.api_route("/ready", methods=["GET", "HEAD"])
async def read_ready(connection: Reading) -> Response:
    ready = await connection.scalar(has_data())
    status = ({"status": "ready"}, 200) if ready else ({"status": "empty", "detail": "no points are loaded"}, 503)
    return JSONResponse(*status, headers={"Cache-Control": "no-store"} | ({} if ready else {"Retry-After": "5"}))

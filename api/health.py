"""Whether the service is alive, and whether it has data to answer from."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.connection import Reading
from models.extent import has_data

router = APIRouter(prefix="/health")


@router.api_route("/live", methods=["GET", "HEAD"])
async def read_live(request: Request) -> Response:
    """503 with what is wrong when the service cannot heal by itself, so that who watches over it starts it again."""
    problems = [problem for check in request.app.state.liveness if (problem := check()) is not None]
    status = ({"status": "failing", "detail": "; ".join(problems)}, 503) if problems else ({"status": "alive"}, 200)
    return JSONResponse(*status, headers={"Cache-Control": "no-store"})


@router.api_route("/ready", methods=["GET", "HEAD"])
async def read_ready(connection: Reading) -> Response:
    ready = await connection.scalar(has_data())
    status = ({"status": "ready"}, 200) if ready else ({"status": "empty", "detail": "no points are loaded"}, 503)
    return JSONResponse(*status, headers={"Cache-Control": "no-store"})

"""Health of the service for monitoring: whether it is alive, and whether it is ready.

Other modules add to `app.state.health`: `liveness` checks return an error, or None; each of `numbers` returns a
figure for `/health/ready`.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncEngine

from api.readiness import DatabaseCheck

router = APIRouter(prefix="/health")
RETRY_AFTER_S = 5


class Health:
    """The checks and figures of one application."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.database = DatabaseCheck(engine)
        self.liveness: list[Callable[[], str | None]] = []
        self.numbers: dict[str, Callable[[], float]] = {}

    def list_failures(self) -> list[str]:
        """Return the errors that only a restart repairs."""
        return [message for check in self.liveness if (message := check())]


@router.api_route("/live", methods=["GET", "HEAD"])
async def read_live(request: Request) -> Response:
    """Return 200 unless only a restart would help."""
    health: Health = request.app.state.health
    failures = health.list_failures()
    return (
        _build_response({"status": "failing", "detail": "; ".join(failures)}, 503)
        if failures
        else _build_response({"status": "alive"})
    )


@router.api_route("/ready", methods=["GET", "HEAD"])
async def read_ready(request: Request) -> Response:
    """Return 200 if requests can be answered now, 503 with the reason if not."""
    health: Health = request.app.state.health
    problem = await health.database.find_problem()
    document = {"status": problem.status, "detail": problem.detail} if problem else {"status": "ready"}
    numbers = {name: number() for name, number in health.numbers.items()}
    return _build_response({**document, "numbers": numbers}, 503 if problem else 200)


def _build_response(document: dict[str, Any], status: int = 200) -> Response:
    retry = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return JSONResponse(document, status, headers={"Cache-Control": "no-store"} | retry)

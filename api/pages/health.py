"""Health of the process: it serves (`/health`), and it is ready to (`/ready`)."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine
from api.database.errors import DRIVER_ERRORS
from api.parameters.operation import JSON, Operation
from models.queries.extent import select_has_points

log = logging.getLogger(__name__)
MAX_CHECK_S = 2.0
# A busy process sees the answer and the time-out together, and the time-out first.
SECOND_LOOK_S = 0.05
FAILURES = (SQLAlchemyError, *DRIVER_ERRORS)


class Problem(NamedTuple):
    """Reason why the service is not ready. `detail` is public."""

    status: Literal["empty", "database away", "database too slow"]
    detail: str


class DatabaseCheck:
    """Check of one database. Concurrent requests share one check, which uses at most one connection."""

    def __init__(self, engine: AsyncEngine) -> None:
        address = engine.url.render_as_string(hide_password=False)
        self._engine = build_engine(address, pool_size=1, server_settings={"application_name": "crossings health"})
        self._statement = str(select_has_points().compile(dialect=engine.dialect))
        self._connection: Any = None
        self._checking: asyncio.Task[Problem | None] | None = None

    async def find_problem(self) -> Problem | None:
        """Return the database's problem within about LONGEST_CHECK_S; None if it can be used."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())
        return await asyncio.shield(self._checking)

    async def aclose(self) -> None:
        if self._checking is not None:
            await asyncio.wait({self._checking})
        self._drop_connection()
        await self._engine.dispose()

    async def _check(self) -> Problem | None:
        query = asyncio.create_task(self._has_data())
        for time_s in (MAX_CHECK_S, SECOND_LOOK_S):
            await asyncio.wait({query}, timeout=time_s)
        if not query.done():
            query.add_done_callback(lambda done: done.cancelled() or done.exception())  # no task awaits it any more
            query.cancel()
            self._drop_connection()
            return Problem("database too slow", f"the database did not answer within {MAX_CHECK_S:g} seconds")
        try:
            return None if query.result() else Problem("empty", "no points are loaded")
        except FAILURES as error:
            log.warning("the database cannot be used: %s", error)
            self._drop_connection()
            return Problem("database away", f"the database cannot be used: {_describe_failure(error)}")

    async def _has_data(self) -> bool:
        """Query over the stored connection, or over a new connection if the stored one was lost."""
        if self._connection is not None:
            try:
                return await self._run_query(self._connection)
            except FAILURES:
                self._drop_connection()
        self._connection = await self._engine.raw_connection()
        return await self._run_query(self._connection)

    async def _run_query(self, connection: Any) -> bool:  # noqa: ANN401 - SQLAlchemy's, around the driver's
        driver = connection.driver_connection
        # In a transaction, within which PgBouncer does not change servers.
        async with driver.transaction(readonly=True):
            return bool(await driver.fetchval(self._statement))

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()


def _describe_failure(error: Exception) -> str:
    """Describe the failure without host, user or database."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
    if state == "53300":
        return "too many connections"
    if state.startswith("57P"):
        return "starting or stopping"
    if state.startswith("28"):
        return "login refused"
    return "unreachable" if not state else f"failed with {state}"


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
@Operation("getLiveness", "Whether the process responds", answer="Health", gives=(JSON,))
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
@Operation("getReadiness", "Whether the database responds too", answer="Health", gives=(JSON,))
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

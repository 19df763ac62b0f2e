"""The application: routers, middleware and shared state."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import StaticFiles

from api import exception_handlers as errors
from api.analysis import accessibility, crossings, days, freshness, nearest, signals, statistics
from api.auth.last_used import wait_for_key_uses
from api.auth.refused_keys import refused_keys
from api.collections import json_schemas as schemas
from api.database.read_routing import Database
from api.database.write_queue import Writers
from api.editing import options as allowed
from api.editing import routes as transactions
from api.features import functions, item, items
from api.features import metadata as collection_documents
from api.features.downloads.file_cache import Downloads
from api.http.allowed_methods import AllowedMethods, add_head_method
from api.http.body_limit import BodyLimit
from api.http.cors import EXPOSED_HEADERS
from api.http.heavy_work import WORK_KINDS, WorkKind, get_slots
from api.offices import audit, due, keys
from api.offices import routes as offices
from api.openapi import document as openapi
from api.pages import code_lists as reference
from api.pages import health, landing
from api.pages import landing as arcgis_alias
from api.pages import map as map_page
from api.pages import office as office_page
from api.qgis import routes as qgis
from api.register import history, proposals
from api.register import patch as point_change
from api.reports import routes as reports
from api.responses.example_notice import ExampleDataStatus
from api.settings import get_project_directory
from api.submissions import routes as submissions
from api.submissions.forms import routes as forms
from api.submissions.limits import get_limits
from api.submissions.upload_space import UploadMemory
from api.subscriptions.feeds import routes as feed
from api.subscriptions.webhooks import routes as webhooks
from api.subscriptions.webhooks.delivery import run_sender
from api.tiles import basemap, symbols, tilejson, tilesets
from api.tiles import routes as tiles
from api.tiles.styles import routes as styles

# Number of posted files of the maximum size that one process has in memory at once.
MAX_FILES_IN_MEMORY = 4
# Modules with routes, in the order of the document at /api. A request is matched against one module after another.
MODULES = (
    *(tiles, items, item),
    *(landing, collection_documents, reference, functions, freshness, days, map_page, office_page, styles, tilesets),
    *(tilejson, schemas, statistics, crossings, nearest, accessibility, signals, reports, symbols, qgis, history, feed),
    *(basemap, openapi, health, arcgis_alias),
    *(submissions, point_change, proposals, forms, offices, due, keys, webhooks, audit),
    *(allowed, transactions),
)
ROUTES: tuple[BaseRoute, ...] = tuple(route for module in MODULES for route in module.router.routes)
add_head_method(ROUTES)
# The most frequent requests, which have to be fast without a cached answer: FastAPI's work on dependencies took a
# fifth of the time of a small answer, so these are routes of Starlette.
FAST_ROUTES = {
    route.path: route.endpoint for route in ROUTES if isinstance(route, Route) and not isinstance(route, APIRoute)
}
API_DOCUMENT = openapi.ApiDocument(ROUTES)


class _StaticAssets(StaticFiles):
    """Static files for the browser. Their names do not change with the version, so browsers revalidate each request."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as Starlette has it
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(
    engine: AsyncEngine,
    database: Database | None = None,
    replica: Database | None = None,
    writers: Writers | None = None,
) -> FastAPI:
    """Build the application on a checked database; it disposes of the engine when it stops.

    `database` reads and `writers` write; each defaults to `engine` alone. Public data is read from the replica.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with run_sender(engine):
            yield
        await wait_for_key_uses()
        app.state.downloads.kept.clear()
        await app.state.health.database.aclose()
        await engine.dispose()

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.engine = engine
    app.state.database = database or Database(engine, engine)
    app.state.replica = replica
    app.state.example = ExampleDataStatus()
    app.state.health = health.Health(engine)
    app.state.writers = writers or Writers(engine)
    app.state.uploads = UploadMemory(MAX_FILES_IN_MEMORY * get_limits().max_bytes)
    app.state.downloads = Downloads(partial(_is_busy, app))
    app.state.health.numbers |= _build_metrics(app)
    # Allow any header, also a key: no cookie is sent, so a page can only use a key of its own.
    anybody: dict[str, Any] = {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"]}
    app.add_middleware(CORSMiddleware, **anybody, expose_headers=EXPOSED_HEADERS)
    app.add_middleware(BodyLimit)
    errors.install_handlers(app)
    for module in MODULES:
        app.include_router(module.router)
    app.state.api_document = API_DOCUMENT
    app.state.allowed_methods = AllowedMethods(ROUTES, allowed.NARROWED_METHODS)
    app.mount("/static", _StaticAssets(directory=get_project_directory() / "web/dist", check_dir=False), name="static")
    return app


def count_active_queries(app: FastAPI) -> int:
    """Count the small answers that the database works on."""
    databases = (app.state.database, app.state.replica)
    return sum(database.active_queries for database in databases if database)


def _is_busy(app: FastAPI) -> bool:
    return bool(count_active_queries(app) or app.state.writers.publishing.in_use)


def _build_metrics(app: FastAPI) -> dict[str, Callable[[], float]]:
    """Build the figures of `/health/ready`: use and waiting. Heavy work counts all processes of the machine."""
    state = app.state
    return {
        "pool_connections_in_use": cast("QueuePool", state.engine.pool).checkedout,
        "updates_waiting": lambda: state.writers.publishing.waiting,
        "changes_waiting": lambda: state.writers.change_queue.waiting,
        "downloads_reading": lambda: state.downloads.queue.in_use,
        "downloads_waiting": lambda: state.downloads.queue.waiting,
        "spooled_bytes": lambda: state.downloads.room.bytes,
        "keys_refused": refused_keys.counts.total,
        **{f"{kind}_working": partial(_count_heavy_work, kind, 0) for kind in WORK_KINDS},
        **{f"{kind}_waiting": partial(_count_heavy_work, kind, 1) for kind in WORK_KINDS},
    }


def _count_heavy_work(kind: WorkKind, place: int) -> int:
    return get_slots(kind).count_tasks()[place]

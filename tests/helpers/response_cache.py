"""The service as its clients meet it: with what tags its answers, and keeps them, in front."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from api.main import FAST_ROUTES
from api.server.fast_routes import FastRouter
from api.server.response_cache.middleware import ResponseCache, build_response_store
from api.server.response_cache.revision_watcher import RevisionWatcher


@asynccontextmanager
async def serve_with_cache(application: FastAPI, *, kept_bytes: int = 0) -> AsyncIterator[Any]:
    """Yield the application as it is served, with a cache for answers of `kept_bytes` in all."""
    async with RevisionWatcher(application.state.database, lambda: None) as revisions:
        store = build_response_store(kept_bytes)
        yield ResponseCache(application, revisions, store, FastRouter(application, FAST_ROUTES))

"""The service as its clients meet it: with what tags its answers, and keeps them, in front."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from api.answer_cache.front import ResponseCache
from api.answer_cache.kept_answers import ResponseStore
from api.answer_cache.revisions import RevisionWatcher
from api.app import FAST_ROUTES
from api.shortcut import FastRouter


@asynccontextmanager
async def in_front(application: FastAPI, *, kept_bytes: int = 0) -> AsyncIterator[Any]:
    """Yield the application as it is served, with a cache for answers of `kept_bytes` in all."""
    async with RevisionWatcher(application.state.database, lambda: None) as revisions:
        yield ResponseCache(application, revisions, ResponseStore(kept_bytes), FastRouter(application, FAST_ROUTES))

"""The service as its clients meet it: with what tags its answers, and keeps them, in front."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from api.answer_cache.front import Front
from api.answer_cache.kept_answers import KeptAnswers
from api.answer_cache.revisions import Revisions
from api.app import ASKED_MOST
from api.shortcut import Shortcut


@asynccontextmanager
async def in_front(application: FastAPI, *, kept_bytes: int = 0) -> AsyncIterator[Any]:
    """Yield the application as it is served, with a cache for answers of `kept_bytes` in all."""
    async with Revisions(application.state.database, lambda: None) as revisions:
        yield Front(application, revisions, KeptAnswers(kept_bytes), Shortcut(application, ASKED_MOST))

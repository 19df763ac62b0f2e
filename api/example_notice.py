"""The notice that marks example data: when it is shown, and its texts."""

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.answering import REVISION, answering
from api.bounded_cache import BoundedCache
from api.exceptions import Overloaded
from api.messages.message import LANGUAGES, Language
from api.time_parameters import parse_moment
from models.example_data import example_believed

# Every current record is also current at this moment.
END_OF_TIME = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
MAX_BYTES, BYTES_OF_AN_ENTRY = 100_000, 300


@cache
def example_texts() -> dict[Language, str]:
    """Load the notice by language."""
    texts = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {language: texts[language] for language in LANGUAGES}


class ExampleKnown:
    """Whether example data is in view, by revision and moment of knowledge; queried once for each pair."""

    def __init__(self) -> None:
        self._shown: BoundedCache[bool] = BoundedCache(MAX_BYTES, lambda *_: BYTES_OF_AN_ENTRY)
        self._last = False

    @property
    def last(self) -> bool:
        """Latest result of the database."""
        return self._last

    async def is_shown(self, request: Request) -> bool:
        """Return whether any record of example data was current at the moment of the request.

        If the database is away or busy, return the last result: an error page must not wait.
        """
        moment = _moment_of(request)
        key = (request.scope[REVISION], moment) if request.scope.get(REVISION) else None
        cached = self._shown.get(key) if key else None
        if cached is not None:
            return cached
        try:
            row = await (await answering(request)).row(example_believed(), {"moment": moment})
        except (SQLAlchemyError, OSError, Overloaded):
            return self._last
        self._last = row["is_shown"]
        if key:
            self._shown.put(key, self._last)
        return self._last


def _moment_of(request: Request) -> dt.datetime:
    """Parse the moment of `as_known_at`; for a missing or invalid value return the end of time, for current data."""
    try:
        return parse_moment(request.query_params["as_known_at"])
    except (KeyError, ValueError):
        return END_OF_TIME


async def example_notice(request: Request, language: Language = "en") -> str:
    """Return the notice if example data is in view, and an empty text if not."""
    status: ExampleKnown = request.app.state.example
    return example_texts()[language] if await status.is_shown(request) else ""


async def example_notice_at(connection: AsyncConnection, as_known_at: dt.datetime | None) -> str:
    """Return the notice if example data was current at the moment, by default now: for files, which are not pages."""
    row = (await connection.execute(example_believed(), {"moment": as_known_at or END_OF_TIME})).one()
    return example_texts()["en"] if row.is_shown else ""


async def example_notes(request: Request) -> list[str]:
    """Return the notice as the first of a document's notes; an empty list if no example data is in view."""
    notice = await example_notice(request)
    return [notice] if notice else []


def asked_language(request: Request) -> Language:
    """Return the language of the query parameter `lang` if it is supported, and English if not."""
    requested = request.query_params.get("lang")
    return next((language for language in LANGUAGES if language == requested), "en")

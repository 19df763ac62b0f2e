"""The notice that marks example data: when it is shown, and its texts."""

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.concurrency.bounded_cache import BoundedCache
from api.database.read_routing import REVISION, get_reader
from api.exceptions import Overloaded
from api.messages.message import LANGUAGES, Language
from api.values.datetimes import parse_moment
from models.queries.example_data import select_example_state

# Every current record is also current at this moment.
END_OF_TIME = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
MAX_BYTES, ENTRY_BYTES = 100_000, 300


@cache
def load_example_texts() -> dict[Language, str]:
    """Load the notice by language."""
    texts = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {language: texts[language] for language in LANGUAGES}


class ExampleDataStatus:
    """Cache of whether example data is in view, by revision and moment of knowledge; queried once for each pair."""

    def __init__(self) -> None:
        self._shown: BoundedCache[bool] = BoundedCache(MAX_BYTES, lambda *_: ENTRY_BYTES)
        self._last = False

    @property
    def last(self) -> bool:
        """Latest result of the database."""
        return self._last

    async def is_shown(self, request: Request) -> bool:
        """Return whether any record of example data was current at the moment of the request.

        If the database is away or busy, return the last result: an error page must not wait.
        """
        moment = _parse_known_at(request)
        key = (request.scope[REVISION], moment) if request.scope.get(REVISION) else None
        cached = self._shown.get(key) if key else None
        if cached is not None:
            return cached
        try:
            row = await (await get_reader(request)).fetch_row(select_example_state(), {"moment": moment})
        except (SQLAlchemyError, OSError, Overloaded):
            return self._last
        self._last = row["is_shown"]
        if key:
            self._shown.put(key, self._last)
        return self._last


def _parse_known_at(request: Request) -> dt.datetime:
    """Parse the moment of `as_known_at`; for a missing or invalid value return the end of time, for current data."""
    try:
        return parse_moment(request.query_params["as_known_at"])
    except (KeyError, ValueError):
        return END_OF_TIME


async def fetch_example_notice(request: Request, language: Language = "en") -> str:
    """Return the notice if example data is in view, and an empty text if not."""
    status: ExampleDataStatus = request.app.state.example
    return load_example_texts()[language] if await status.is_shown(request) else ""


async def fetch_example_notice_at(connection: AsyncConnection, as_known_at: dt.datetime | None) -> str:
    """Return the notice if example data was current at the moment, by default now: for files, which are not pages."""
    row = (await connection.execute(select_example_state(), {"moment": as_known_at or END_OF_TIME})).one()
    return load_example_texts()["en"] if row.is_shown else ""


async def fetch_example_notes(request: Request) -> list[str]:
    """Return the notice as the first of a document's notes; an empty list if no example data is in view."""
    notice = await fetch_example_notice(request)
    return [notice] if notice else []


def get_request_language(request: Request) -> Language:
    """Return the language of the query parameter `lang` if it is supported, and English if not."""
    requested = request.query_params.get("lang")
    return next((language for language in LANGUAGES if language == requested), "en")

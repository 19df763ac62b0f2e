"""The age from which a status is stale, for every page and answer of the service."""

import datetime as dt

from api.settings import settings


def stale_after_d() -> int:
    """The days after its last assessment from which a status is stale, as the operator set them."""
    return settings().crossings_stale_after_d


def days_since(last_assessed: str | None, days: str) -> int | None:
    """The days from the last assessment to the last of the days asked about, both as documents have them.

    None of a point without an assessment, and of days without an end.
    """
    last = days.rpartition("/")[2]
    if not last_assessed or last == "..":
        return None
    return (dt.date.fromisoformat(last) - dt.date.fromisoformat(last_assessed)).days

"""The age from which a status is stale, for every page and answer of the service."""

import datetime as dt

from api.settings import settings
from models.staleness import ANY_AGE_D, last_stale_day
from models.time_axes import FOR_EVER


def stale_after_d() -> int:
    """The days after its last assessment from which a status is stale, as the operator set them."""
    return settings().crossings_stale_after_d


def max_age_d(age_d: int) -> int | None:
    """The age as the models have it: None where an assessment of any age will do."""
    return None if age_d >= ANY_AGE_D else age_d


def stale_until(day: dt.date) -> dt.date | None:
    """The day on or before which a last assessment makes a status stale on `day`.

    None where any age will do, and at the end of days without an end: nobody can have looked lately there.
    """
    return None if day == FOR_EVER else last_stale_day(day, max_age_d(stale_after_d()))


def stale_age_d(last_assessed: str | None, days: str) -> int | None:
    """The days from the last assessment to the last of the days asked about, both as documents have them.

    None where that is not too long, of a point without an assessment, and of days without an end.
    """
    last = days.rpartition("/")[2]
    if not last_assessed or last == "..":
        return None
    day, assessed_on = dt.date.fromisoformat(last), dt.date.fromisoformat(last_assessed)
    until = stale_until(day)
    return (day - assessed_on).days if until and assessed_on <= until else None

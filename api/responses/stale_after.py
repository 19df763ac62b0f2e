"""Age from which a status is stale, for every page and response of the service."""

import datetime as dt

from api.settings import get_settings
from models.analysis.staleness import ANY_AGE_D, compute_last_stale_day
from models.tables.bitemporal import END_OF_TIME


def get_stale_after_d() -> int:
    """Return the days after its last assessment from which a status is stale, as the operator set them."""
    return get_settings().crossings_stale_after_d


def normalise_max_age_d(age_d: int) -> int | None:
    """Return the age as the models have it: None where an assessment may have any age."""
    return None if age_d >= ANY_AGE_D else age_d


def compute_stale_until(day: dt.date) -> dt.date | None:
    """Compute the day on or before which a last assessment makes a status stale on `day`.

    None where any age is allowed, and for days without an end, where no assessment can be recent.
    """
    return None if day == END_OF_TIME else compute_last_stale_day(day, normalise_max_age_d(get_stale_after_d()))


def compute_stale_age_d(last_assessed: str | None, days: str) -> int | None:
    """Compute the days from the last assessment to the last of `days`, both as documents have them.

    None where the status is not stale, for a point without an assessment, and for days without an end.
    """
    last = days.rpartition("/")[2]
    if not last_assessed or last == "..":
        return None
    day, assessed_on = dt.date.fromisoformat(last), dt.date.fromisoformat(last_assessed)
    until = compute_stale_until(day)
    return (day - assessed_on).days if until and assessed_on <= until else None

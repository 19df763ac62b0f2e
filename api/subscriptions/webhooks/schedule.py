"""When a message is sent again, and when it is given up."""

import datetime as dt
from secrets import SystemRandom

# After the first attempt, the second, ...: two and a half days in all, which outlasts a weekend.
PAUSES_S = (30, 90, 270, 900, 2700, 7200, 21_600, 43_200, 43_200, 43_200, 43_200)
MOST_ATTEMPTS = len(PAUSES_S) + 1
random = SystemRandom()


def next_attempt(attempts: int, at: dt.datetime) -> dt.datetime | None:
    """Return when to try again after so many attempts; None gives the message up.

    Within a fifth of the pause, so that not all come back together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    return at + dt.timedelta(seconds=PAUSES_S[attempts - 1] * random.uniform(0.8, 1.2))

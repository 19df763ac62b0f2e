"""Schedule of retries of a message."""

import datetime as dt
from secrets import SystemRandom

# Pauses after the first attempt, the second, ...: two and a half days in all, longer than a weekend.
PAUSES_S = (30, 90, 270, 900, 2700, 7200, 21_600, 43_200, 43_200, 43_200, 43_200)
MAX_ATTEMPTS = len(PAUSES_S) + 1
random = SystemRandom()


def compute_next_attempt(attempts: int, at: dt.datetime) -> dt.datetime | None:
    """Return the time of the next attempt after `attempts` attempts, or None to abandon the message.

    The pause varies at random by up to a fifth, so that retries do not coincide.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return at + dt.timedelta(seconds=PAUSES_S[attempts - 1] * random.uniform(0.8, 1.2))

"""When news counts as told: after every process has stopped answering from what it knew before.

A process asks the database for its revision (api/answer_cache/revisions.py) and trusts the answer for a moment, so that
asking costs next to nothing however much is asked. Whoever publishes says so only after that moment is over: then no
process can still give an answer of before. Messages (NOTIFY) make it sooner, and are not relied on.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncConnection

from models.revision import BEGAN_REVISION

TRUSTED_S = 0.05
# Clocks of machines run at slightly different speeds.
WAITED_S = 1.1 * TRUSTED_S


def begin_noting(connection: AsyncConnection) -> None:
    """Forget what an earlier transaction of the same connection published."""
    connection.info.pop(BEGAN_REVISION, None)


def has_published(connection: AsyncConnection) -> bool:
    return bool(connection.info.pop(BEGAN_REVISION, False))


async def known_to_all() -> None:
    """Wait until what was committed before is what every process answers from."""
    await asyncio.sleep(WAITED_S)

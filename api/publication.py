"""Publish barrier: wait until no process answers from the revision before.

A process queries the database's revision (api/answer_cache/revisions.py) and trusts the result for a moment, so that
many requests share one query. A publication is confirmed only after that moment: then no process can still answer from
an older revision. Messages (NOTIFY) make it faster; nothing relies on them.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncConnection

from models.revision import BEGAN_REVISION

TRUSTED_S = 0.05
# The clocks of machines differ slightly in speed.
WAITED_S = 1.1 * TRUSTED_S


def begin_noting(connection: AsyncConnection) -> None:
    """Forget what an earlier transaction of this connection published."""
    connection.info.pop(BEGAN_REVISION, None)


def has_published(connection: AsyncConnection) -> bool:
    return bool(connection.info.pop(BEGAN_REVISION, False))


async def known_to_all() -> None:
    """Wait until every process answers from all earlier commits."""
    await asyncio.sleep(WAITED_S)

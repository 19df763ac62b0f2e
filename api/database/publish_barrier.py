"""Publish barrier: wait until no process answers from the revision before.

A process queries the database's revision (api/server/response_cache/revision_watcher.py) and trusts the result for a
moment, so that many requests share one query. A publication is confirmed only after that moment: then no process can
still answer from an older revision. Messages (NOTIFY) make it faster; nothing relies on them.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables.revision import REVISION_STARTED

REVISION_TTL_S = 0.05
# The clocks of machines differ slightly in speed.
PUBLISH_WAIT_S = 1.1 * REVISION_TTL_S


def forget_published(connection: AsyncConnection) -> None:
    """Forget what an earlier transaction of this connection published."""
    connection.info.pop(REVISION_STARTED, None)


def has_published(connection: AsyncConnection) -> bool:
    return bool(connection.info.pop(REVISION_STARTED, False))


async def wait_until_visible() -> None:
    """Wait until every process answers from all earlier commits."""
    await asyncio.sleep(PUBLISH_WAIT_S)

"""Worker process for large posts: the same application, on a Unix socket private to the process that starts it.

It stops on request of the parent. If the parent was killed, it exits at once, and its open transactions are rolled
back, since no process is left to confirm them.
"""

import asyncio
import gc
import os
import sys
from time import perf_counter, process_time
from typing import Any

import psutil
import uvicorn
import uvloop
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.last_used import wait_for_key_uses
from api.concurrency.parent_process import stop_on_request
from api.http.guard import TrustedProxies
from api.main import create_app
from api.server.engines import build_serving_engine, open_writers
from api.server.limits import configure_malloc
from api.settings import get_settings

# Shorter pauses hardly helped readers.
MIN_PAUSE_S = 0.15
# A statement that takes longer has mostly waited for another writer.
MAX_PAUSE_S = 0.4
# Total of one transaction, so that pauses add little on a slow machine. A weekly update may take 5 s.
MAX_TRANSACTION_PAUSE_S = 1.25
# On two processors: one that works for the post alone, and some load of the system.
BUSY_PERCENT = 70


def throttle_engine(engine: AsyncEngine) -> None:
    """Make transactions of the engine pause as long as the statements and this process's work since took."""
    pace = _Throttle()
    event.listen(engine.sync_engine, "begin", pace.handle_begin)
    event.listen(engine.sync_engine, "before_cursor_execute", pace.start_statement)
    event.listen(engine.sync_engine, "after_cursor_execute", pace.end_statement)


class _Throttle:
    def __init__(self) -> None:
        self._own_s = process_time()
        self._owed_s = 0.0

    def handle_begin(self, connection: Connection) -> None:
        connection.info["pauses_left_s"] = MAX_TRANSACTION_PAUSE_S

    def start_statement(self, *given: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        _, _, _, _, context, _ = given
        context.began_s = perf_counter()

    def end_statement(self, *given: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        connection, _, _, _, context, _ = given
        own_s, self._own_s = process_time() - self._own_s, process_time()
        self._owed_s += perf_counter() - context.began_s + own_s
        if self._owed_s >= MIN_PAUSE_S:
            self._pause(connection, min(self._owed_s, MAX_PAUSE_S, connection.info["pauses_left_s"]))
            self._owed_s = 0.0

    def _pause(self, connection: Connection, pause_s: float) -> None:
        if psutil.cpu_percent() < BUSY_PERCENT:
            return
        connection.info["pauses_left_s"] -= pause_s
        driver: Any = connection.connection.dbapi_connection
        driver.run_async(lambda _: asyncio.sleep(pause_s))


# Readers come first.
NICE_LEVEL = 10
# Ten thousand rows stay in use until the end. Collecting garbage at Python's default threshold only took time.
GC_THRESHOLD = 100_000


def main() -> None:
    # Ctrl-C is for the parent, which lets this process finish. Not a session of its own: Linux would divide the
    # processors between the two sessions and ignore the nice level.
    os.setpgid(0, 0)
    os.nice(NICE_LEVEL)
    gc.set_threshold(GC_THRESHOLD)
    uvloop.run(_serve(sys.argv[1]))


async def _serve(socket: str) -> None:
    configure_malloc()
    address = get_settings().database_url or ""
    engine = build_serving_engine(address)
    async with open_writers(address) as writers:
        throttle_engine(writers.engine)
        # No lifespan: the serving processes send webhooks.
        options = {"lifespan": "off", "log_level": "warning", "access_log": False, "ws": "none"}
        header_options = {"server_header": False, "date_header": False, "proxy_headers": False}
        app = TrustedProxies(create_app(engine, writers=writers), ("*",))
        server = uvicorn.Server(uvicorn.Config(app, uds=socket, **options, **header_options))  # type: ignore[arg-type]
        _stop_server_on_request(server, asyncio.get_running_loop())
        await server.serve()
        await wait_for_key_uses()
    await engine.dispose()


def _stop_server_on_request(server: uvicorn.Server, loop: asyncio.AbstractEventLoop) -> None:
    def stop() -> None:
        server.should_exit = server.force_exit = True

    stop_on_request(lambda: loop.call_soon_threadsafe(stop))


if __name__ == "__main__":
    main()

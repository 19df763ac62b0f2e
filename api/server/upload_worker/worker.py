"""Worker process for large posts: the same application, on a Unix socket private to the process that starts it.

It stops on request of the parent. If the parent was killed, it exits at once, and its open transactions are rolled
back, since no process is left to confirm them.
"""

import asyncio
import gc
import os
import sys

import uvicorn
import uvloop

from api.auth.last_used import wait_for_key_uses
from api.concurrency.parent_process import stop_on_request
from api.http.trusted_proxies import TrustedProxies
from api.main import create_app
from api.server.engines import build_serving_engine, open_writers
from api.server.process_limits import configure_malloc
from api.server.upload_worker.throttle import throttle_engine
from api.settings import get_settings

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

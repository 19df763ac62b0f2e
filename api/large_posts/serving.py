"""Answers large posts: a process of its own with the same application, on a socket that only its starter knows.

It ends when its standard input does. Where that ends without a word, whoever started it was killed: what is not done
by then is undone, since nobody is left to say that it was done.
"""

import asyncio
import gc
import os
import sys
import threading

import uvicorn
import uvloop

from api.app import create_app
from api.http.trusted_proxies import TrustedProxies
from api.http_server import engine_to_serve, give_memory_back, writers_on
from api.key_use import all_uses_noted
from api.large_posts.pace import keep_pace
from api.settings import settings

# Those who read come first.
POLITENESS = 10
# Ten thousand rows are needed to their end. Looking for garbage at Python's own pace took part of the time.
NEW_OBJECTS_BEFORE_A_LOOK = 100_000


def main() -> None:
    # Ctrl-C is for the one that serves, which lets this one finish. Not a session of its own: Linux would divide the
    # processors between the two sessions, however polite this one is.
    os.setpgid(0, 0)
    os.nice(POLITENESS)
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_LOOK)
    uvloop.run(_serve(sys.argv[1]))


async def _serve(socket: str) -> None:
    give_memory_back()
    address = settings().database_url or ""
    engine = engine_to_serve(address)
    async with writers_on(address) as writers:
        keep_pace(writers.engine)
        # No lifespan: webhooks are sent by those who serve.
        told = {"lifespan": "off", "log_level": "warning", "access_log": False, "ws": "none"}
        on_the_way = {"server_header": False, "date_header": False, "proxy_headers": False}
        app = TrustedProxies(create_app(engine, writers=writers), ("*",))
        server = uvicorn.Server(uvicorn.Config(app, uds=socket, **told, **on_the_way))  # type: ignore[arg-type]
        threading.Thread(target=_stop_at_the_end, args=(server, asyncio.get_running_loop()), daemon=True).start()
        await server.serve()
        await all_uses_noted()
    await engine.dispose()


def _stop_at_the_end(server: uvicorn.Server, loop: asyncio.AbstractEventLoop) -> None:
    if not sys.stdin.buffer.read():
        # At once: while it stopped in good order it went on, and an update was in whose sender had heard nothing.
        os._exit(1)

    def stop() -> None:
        server.should_exit = server.force_exit = True

    loop.call_soon_threadsafe(stop)


if __name__ == "__main__":
    main()

"""Serving HTTP on a database that is there: checked, filled when it is empty, then uvicorn."""

import socket

import uvicorn
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from api.database import check_database, engine_for
from api.load.borders import redraw_outdated_borders
from api.load.shipped import DISPUTED_BORDERS, load_shipped, wants_shipped_data
from api.mendable import Mendable
from api.settings import settings

console = Console(stderr=True)


class CannotListen(Mendable):
    """The address cannot be listened on; the message is one line that names it."""


async def serve_http(address: str) -> None:
    timeout_ms = settings().crossings_statement_timeout_s * 1000
    engine = engine_for(
        address,
        pool_size=settings().crossings_pool_size,
        server_settings={"statement_timeout": str(timeout_ms)},
    )
    try:
        await check_database(engine)
        await _fill(engine_for(address))
        await _http(engine)
    finally:
        await engine.dispose()


async def _fill(engine: AsyncEngine) -> None:
    """Load the shipped data into an empty database, and draw the borders where an older version filled it.

    On connections without the time limit of readers.
    """
    try:
        if await wants_shipped_data(engine):
            with Progress(console=console, transient=True) as progress:
                for loaded in await load_shipped(engine, progress):
                    console.print(loaded.summary(), highlight=False, markup=False, soft_wrap=True)
        await redraw_outdated_borders(engine, DISPUTED_BORDERS)
    finally:
        await engine.dispose()


def _listening() -> socket.socket:
    """The socket to serve on. Bound by us: uvicorn would answer a port that is taken with a log and status 3."""
    host, port = settings().host, settings().port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}") from None


async def _http(engine: AsyncEngine) -> None:
    listening = _listening()
    host, port = settings().host, settings().port
    console.print(f"Crossings serves on http://{host}:{port} (Ctrl-C stops it)", highlight=False)
    config = uvicorn.Config(create_app(engine), host=host, port=port, log_level="warning", access_log=False)
    await uvicorn.Server(config).serve(sockets=[listening])

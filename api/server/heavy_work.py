"""Kinds of heavy work that take slots, and the directory of the slot files."""

import os
import stat
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import Request

from api.http.client import client_of
from api.server.slots import Slots
from api.settings import settings

Kind = Literal["files", "figures"]
KINDS: tuple[Kind, ...] = ("files", "figures")
# Figures take a second or two, files up to half a minute.
FIGURES_WAITING = 16


@cache
def slots_of(kind: Kind) -> Slots:
    """Return the slots for reports and binary files, which a subprocess writes, or for long series of figures."""
    at_once = settings().crossings_heavy_at_once
    if kind == "files":
        waiting = settings().crossings_heavy_waiting
        return Slots("reports and files", _directory(), "files", at_once=at_once, waiting=waiting)
    return Slots("long series of figures", _directory(), "figures", at_once=at_once, waiting=FIGURES_WAITING)


@asynccontextmanager
async def slot_for(kind: Kind, request: Request) -> AsyncIterator[None]:
    """Hold a slot for the client. Raises Overloaded, and ClientGone if the client leaves while it waits.

    Enter it before taking a connection to the database.
    """
    async with slots_of(kind).acquire_slot(client_of(request), request.is_disconnected):
        yield


def slot_for_series(request: Request, step: str | None) -> AbstractAsyncContextManager[None]:
    """Acquire a slot for figures of each day, week or month of an interval; none for one day (`step` is None)."""
    return slot_for("figures", request) if step else nullcontext()


@cache
def _directory() -> Path:
    """Create `slots` in the data directory, or in this user's temporary directory if that is not writable."""
    directory = settings().crossings_data_dir.expanduser() / "slots"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return _temporary_directory()
    return directory if os.access(directory, os.W_OK | os.X_OK) else _temporary_directory()


def _temporary_directory() -> Path:
    """Create this user's temporary directory, or raise PermissionError if another user owns that path."""
    # Not `crossings-*`: a service removes such directories when it starts.
    directory = Path(tempfile.gettempdir()) / f".crossings-slots-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PermissionError(f"{directory} belongs to somebody else")
    return directory

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

from api.concurrency.slots import Slots
from api.http.client import get_client_address
from api.settings import get_settings

WorkKind = Literal["files", "figures"]
WORK_KINDS: tuple[WorkKind, ...] = ("files", "figures")
# Figures take a second or two, files up to half a minute.
MAX_FIGURES_WAITING = 16


@cache
def get_slots(kind: WorkKind) -> Slots:
    """Return the slots for reports and binary files, which a subprocess writes, or for long series of figures."""
    at_once = get_settings().crossings_heavy_at_once
    if kind == "files":
        waiting = get_settings().crossings_heavy_waiting
        return Slots("reports and files", _prepare_directory(), "files", at_once=at_once, waiting=waiting)
    return Slots(
        "long series of figures", _prepare_directory(), "figures", at_once=at_once, waiting=MAX_FIGURES_WAITING
    )


@asynccontextmanager
async def acquire_slot(kind: WorkKind, request: Request) -> AsyncIterator[None]:
    """Hold a slot for the client. Raises Overloaded, and ClientGone if the client leaves while it waits.

    Enter it before taking a connection to the database.
    """
    async with get_slots(kind).acquire_slot(get_client_address(request), request.is_disconnected):
        yield


def acquire_series_slot(request: Request, step: str | None) -> AbstractAsyncContextManager[None]:
    """Acquire a slot for figures of each day, week or month of an interval; none for one day (`step` is None)."""
    return acquire_slot("figures", request) if step else nullcontext()


@cache
def _prepare_directory() -> Path:
    """Create `slots` in the data directory, or in this user's temporary directory if that is not writable."""
    directory = get_settings().crossings_data_dir.expanduser() / "slots"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return _prepare_temporary_directory()
    return directory if os.access(directory, os.W_OK | os.X_OK) else _prepare_temporary_directory()


def _prepare_temporary_directory() -> Path:
    """Create this user's temporary directory, or raise PermissionError if another user owns that path."""
    # Not `crossings-*`: a service removes such directories when it starts.
    directory = Path(tempfile.gettempdir()) / f".crossings-slots-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PermissionError(f"{directory} belongs to another user")
    return directory

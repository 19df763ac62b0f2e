"""Trace one row of an update: the files that touch the row, and the shapes that the row has on its way.

Usage: .venv/bin/python scripts/trace_row.py

It posts a CSV file with one row to the application, on a new database, and follows a mark in the row's comment. A file
touches the row if one of its functions receives an object with the mark. A shape is a class of ours, or a dictionary
that one of our functions returns, with the mark as a value of its own. Lists of rows are no shapes, nor is the JSON of
the rows, which is a parameter of SQL.
"""

import asyncio
import sys
import threading
from collections.abc import Iterator, Sized
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FrameType

import httpx

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from conftest import create_app_in_transaction, roll_back  # noqa: E402
from helpers.factories import add_poe  # noqa: E402
from helpers.offices import create_office, sign_in  # noqa: E402
from private_database import open_private_database, print_places  # noqa: E402

from api.auth.last_used import wait_for_key_uses  # noqa: E402
from api.database.engine import build_engine  # noqa: E402

MARK = "trace-mark-of-the-row"
ROW = f"point,assessed_on,operational_status,measures,comment\nFJ-NAN,2020-04-15,closed,movement_restricted,{MARK}\n"
SERVICE = ("api/submissions/service.py", "submit")
ROOMS = ("api", "models", "geo")
MAX_DEPTH, MAX_ITEMS = 6, 200


class RowTrace:
    """Files and shapes with the mark, in the order in which the row reaches them."""

    def __init__(self) -> None:
        self.is_on = False
        self.is_in_service = False
        self.read_files: dict[str, str] = {}
        self.service_files: dict[str, str] = {}
        self.entered_files: dict[str, str] = {}
        self.shapes: dict[str, str] = {}
        self.members: dict[int, dict[object, object]] = {}  # of objects, by identity

    def profile(self, frame: FrameType, event: str, result: object) -> None:
        """Follow a call or a return of our code; a hook for `sys.setprofile`."""
        code = frame.f_code
        if not self.is_on or event not in ("call", "return") or not code.co_filename.startswith(str(ROOT)):
            return
        file, function = str(Path(code.co_filename).relative_to(ROOT)), code.co_name
        if not file.startswith(ROOMS) or function.startswith("<") or function == "__init__":
            return
        self.is_in_service = self.is_in_service or (file, function) == SERVICE
        sys.setprofile(None)
        if event == "return":
            self.follow(result, f"{file} {function}")
        else:
            arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            self.note_call([frame.f_locals.get(name) for name in arguments], file, function)
        sys.setprofile(self.profile)

    def note_call(self, arguments: list[object], file: str, function: str) -> None:
        """Note the file, and whether an argument of the call has the mark."""
        if self.is_in_service:
            self.entered_files.setdefault(file, function)
        # Each argument is followed, not only up to the first with the mark.
        found = [self.follow(value, f"{file} {function}") for value in arguments]
        if any(found) and file not in self.read_files:
            (self.service_files if self.is_in_service else self.read_files).setdefault(file, function)

    def follow(self, value: object, where: str, depth: int = MAX_DEPTH) -> bool:
        """Return whether the value has the mark, and note the shapes in which it has the mark."""
        if isinstance(value, str):
            return MARK in value
        if depth == 0 or (isinstance(value, Sized) and len(value) > MAX_ITEMS):
            return False
        if isinstance(value, list | tuple):
            found = [self.follow(item, where, depth - 1) for item in value]
            if any(map(is_marked_text, value)):
                self.shapes.setdefault("list of a row's texts", where)
            return any(found)
        if isinstance(value, dict):
            found = [self.follow(member, where, depth - 1) for member in value.values()]
            if id(value) not in self.members and any(map(is_marked_text, value.values())):
                self.shapes.setdefault(f"dictionary of {', '.join(map(str, list(value)[:4]))} ...", where)
            return any(found)
        return self.follow_members(value, where, depth)

    def follow_members(self, value: object, where: str, depth: int) -> bool:
        """Return whether a member of an object of ours has the mark; the object is a shape unless lists have it."""
        members = list(iterate_members(value))
        # The dictionary of an object's texts is no shape of its own, also where it is passed alone.
        self.members |= {id(member): member for member in members if isinstance(member, dict)}
        own = any(is_marked_text(m) or (isinstance(m, dict) and any(map(is_marked_text, m.values()))) for m in members)
        others = [member for member in members if not isinstance(member, dict)]
        found = [self.follow(member, where, depth - 1) for member in others]
        is_shape = own or any(each for each, m in zip(found, others, strict=True) if not isinstance(m, list | tuple))
        if is_shape and not is_carrier(value):
            self.shapes.setdefault(type(value).__name__, where)
        return own or any(found)


def is_marked_text(value: object) -> bool:
    """Return whether the value is a text of the row, not JSON of one or all rows."""
    return isinstance(value, str) and MARK in value and not value.startswith(("[", "{"))


def is_carrier(value: object) -> bool:
    """Return whether the object has the rows of a whole file."""
    return "Submission" in type(value).__name__


def iterate_members(value: object) -> Iterator[object]:
    """Yield the members of an object of our classes."""
    if type(value).__module__.startswith(ROOMS):
        names = [field.name for field in fields(value)] if is_dataclass(value) else list(getattr(value, "__dict__", {}))
        yield from (getattr(value, name, None) for name in names)


async def trace_row(address: str) -> RowTrace:
    """Post the row with the profiler on, in a transaction that is rolled back."""
    trace = RowTrace()
    threading.setprofile(trace.profile)  # threads that start from now on: the file is read in one
    sys.setprofile(trace.profile)
    engine = build_engine(address)
    async with roll_back(engine) as database:
        await add_poe(database)
        key = await sign_in(database, await create_office(database, "fiji", countries=["FJI"]))
        headers = key | {"Content-Type": "text/csv"}
        app = create_app_in_transaction(database)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            # Once before, for modules that are imported on first use.
            for run in range(2):
                content = ROW if run else ROW.replace(MARK, "first")
                trace.is_on = bool(run)
                response = await client.post("/submissions", content=content, headers=headers)
                response.raise_for_status()
        await app.state.health.database.aclose()
        await wait_for_key_uses()
    sys.setprofile(None)
    await engine.dispose()
    return trace


def print_trace(trace: RowTrace) -> None:
    """Print the files and shapes, each with the function that first had it."""
    for title, found in (
        ("files that touch the row before the service", trace.read_files),
        ("files that touch the row from the service on", trace.service_files),
        ("files of ours entered from the service on, with the row or not", trace.entered_files),
        ("shapes of the row", trace.shapes),
    ):
        print_places(title, found)


def main() -> None:
    """Trace the row on a private server."""
    with open_private_database() as address:
        print_trace(asyncio.run(trace_row(address)))


if __name__ == "__main__":
    main()

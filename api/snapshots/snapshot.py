"""What a snapshot is known by: the day it answers for, and the moment whose knowledge it gives."""

import datetime as dt
import re
from dataclasses import dataclass

from api.time_parameters import moment_text, parse_moment
from api.values.days import parse_day

FOLDER = "snapshots"
NAME = re.compile(r"(\d{4}-\d\d-\d\d)_as-known-at_(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d\.\d{6}Z)")


@dataclass(frozen=True, slots=True, order=True)
class Snapshot:
    """The moment is that of the last change it knows of, so that the same knowledge is the same snapshot."""

    day: dt.date
    as_known_at: dt.datetime

    @classmethod
    def named(cls, name: str) -> "Snapshot | None":
        """The snapshot of this name; None if it is no snapshot's."""
        parts = NAME.fullmatch(name)
        if parts is None:
            return None
        day, hour, minute, second = parts.groups()
        try:
            return cls(parse_day(day), parse_moment(f"{hour}:{minute}:{second}"))
        except ValueError:
            return None

    @property
    def name(self) -> str:
        """Without the colons that not every system has in the names of files."""
        return f"{self.day}_as-known-at_{moment_text(self.as_known_at).replace(':', '')}"

    @property
    def folder(self) -> str:
        return f"{FOLDER}/{self.name}"

    @property
    def item(self) -> str:
        """Where the catalogue has its item: the last of its files to be written, so that with it all are there."""
        return f"{self.folder}/{self.name}.json"

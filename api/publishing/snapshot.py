"""Identity of a snapshot: its day, and the moment of its knowledge."""

import datetime as dt
import re
from dataclasses import dataclass

from api.values.datetimes import format_moment, parse_moment
from api.values.days import parse_day

FOLDER = "snapshots"
NAME_PATTERN = re.compile(r"(\d{4}-\d\d-\d\d)_as-known-at_(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d\.\d{6}Z)")


@dataclass(frozen=True, slots=True, order=True)
class Snapshot:
    """A snapshot. `as_known_at` is the moment of the last change it includes, so equal data gives one snapshot."""

    day: dt.date
    as_known_at: dt.datetime

    @classmethod
    def parse_name(cls, name: str) -> "Snapshot | None":
        """Parse the snapshot's name; None if it is not a name of a snapshot."""
        parts = NAME_PATTERN.fullmatch(name)
        if parts is None:
            return None
        day, hour, minute, second = parts.groups()
        try:
            return cls(parse_day(day), parse_moment(f"{hour}:{minute}:{second}"))
        except ValueError:
            return None

    @property
    def name(self) -> str:
        """Name without colons, which some file systems do not allow."""
        return f"{self.day}_as-known-at_{format_moment(self.as_known_at).replace(':', '')}"

    @property
    def folder(self) -> str:
        return f"{FOLDER}/{self.name}"

    @property
    def item(self) -> str:
        """Path of the snapshot's item, which is written last: if it exists, all files do."""
        return f"{self.folder}/{self.name}.json"

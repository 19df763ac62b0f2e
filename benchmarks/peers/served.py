"""A server that runs, and what one needs to start it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

# A statement that takes longer than anyone waits is given up; JIT costs more than it gains on statements this short.
PGOPTIONS = "-c jit=off -c statement_timeout=60s"


@dataclass(frozen=True, slots=True)
class Place:
    """Where peers are installed (`directory`), where they may write (`scratch`), and the address of the database."""

    directory: Path
    scratch: Path
    database: str

    @property
    def socket(self) -> str:
        """The directory of the database's socket."""
        return str(make_url(self.database).query["host"])

    def program(self, environment: str, name: str) -> str:
        """Return a program of one of the virtual environments that scripts/install-peers makes."""
        return str(self.directory / environment / "bin" / name)


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers at `address`; `name` is how requests and tables call it."""

    name: str
    address: str
    process: int


Start = Callable[[Place], AbstractContextManager[Served]]

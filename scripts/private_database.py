"""Private database of a script that traces the code, and the print of its findings."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory  # noqa: TID251 - outlives no run of the script

from conftest import FAST, create_database

from api.database.embedded.cluster import PrivateCluster
from api.server.lifecycle import migrate_database


@contextmanager
def open_private_database() -> Iterator[str]:
    """Yield the address of a new, migrated database on a server of its own."""
    with (
        TemporaryDirectory(prefix="crossings-") as directory,
        PrivateCluster(Path(directory), FAST).run_server() as server,
        create_database(server) as address,
    ):
        migrate_database(address)
        yield address


def print_places(title: str, places: Mapping[str, str]) -> None:
    """Print the number of places, and each with the function that reached it first."""
    sys.stdout.write(f"{len(places)} {title}\n")
    for name, function in places.items():
        sys.stdout.write(f"    {name}  ({function})\n")

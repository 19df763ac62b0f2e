"""The kind of each test, by what it needs: markers for `pytest -m` and `make test-fast`."""

import pytest

KINDS = ("unit", "database", "browser", "qgis")
# A test whose file imports from these starts a PostgreSQL of its own, without the fixture `server`.
STARTING_POSTGRESQL = {
    "api.database.embedded.cluster",
    "api.database.embedded.server",
    "helpers.servers.private_server",
    "helpers.servers.replica",
    "helpers.servers.service",
}


def mark_kind(item: pytest.Function) -> None:
    """Mark the test by its kind, unless its file names the kind."""
    if not any(item.get_closest_marker(kind) for kind in KINDS):
        item.add_marker(find_kind(item))


def find_kind(item: pytest.Function) -> str:
    """Find the kind by the clients that the test needs, then by its fixtures and the imports of its file."""
    clients = {name for mark in item.iter_markers("needs_clients") for name in mark.args}
    if "qgis.core" in clients:
        return "qgis"
    if "chromium" in clients:
        return "browser"
    return "database" if "server" in item.fixturenames or starts_postgresql(item) else "unit"


def starts_postgresql(item: pytest.Function) -> bool:
    """Return whether the file of the test imports something that starts PostgreSQL."""
    return any(getattr(value, "__module__", None) in STARTING_POSTGRESQL for value in vars(item.module).values())

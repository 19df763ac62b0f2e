"""Sources of the loaders, from sources.toml beside this module."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

COLUMNS = ("code", "name", "url", "licence", "attribution")


@cache
def read_sources() -> list[dict[str, Any]]:
    """Read the rows of the table `source`."""
    described = tomllib.loads((files("api.load") / "sources.toml").read_text(encoding="utf-8"))["source"]
    return [{column: source.get(column) for column in COLUMNS} for source in described]

"""QGIS without its windows, for the scripts beside this file, which the system's own Python runs."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qgis.core import QgsApplication


@contextmanager
def run_qgis() -> Iterator[None]:
    QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
    application = QgsApplication([], False)  # noqa: FBT003 - no windows
    application.initQgis()
    yield
    application.exitQgis()


def print_json(found: Any) -> None:
    """Print what was found for the test; days and moments as texts."""
    json.dump(found, sys.stdout, default=format_value, ensure_ascii=True)


def format_value(value: Any) -> Any:
    if hasattr(value, "isNull") and value.isNull():
        return None
    return value.toString("yyyy-MM-dd") if hasattr(value, "toString") else str(value)

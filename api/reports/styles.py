"""Stylesheet of a report's page, and its hash for the Content-Security-Policy."""

import base64
import hashlib
from functools import cache
from importlib.resources import files


@cache
def load_stylesheet() -> str:
    """Load the stylesheet that the page contains between its tags."""
    return (files("api") / "templates/report.css").read_text(encoding="utf-8")


@cache
def hash_stylesheet() -> str:
    """Compute the hash in the format of `style-src` (CSP Level 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(load_stylesheet().encode()).digest()).decode()}"

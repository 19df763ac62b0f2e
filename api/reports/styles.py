"""The one stylesheet of a report's page, and the hash by which a Content-Security-Policy names it."""

import base64
import hashlib
from functools import cache
from importlib.resources import files


@cache
def styles() -> str:
    """The stylesheet, as it stands between the tags of the page."""
    return (files("api") / "templates/report.css").read_text(encoding="utf-8")


@cache
def style_hash() -> str:
    """The hash, as `style-src` takes it (CSP Level 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(styles().encode()).digest()).decode()}"

"""Content-Security-Policy of responses: what a browser may load, run and send (CSP Level 3)."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from api.settings import get_settings

POLICY_HEADER = "Content-Security-Policy"
NOBODY, ANYBODY = "'none'", "*"
BASE_DIRECTIVES = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": NOBODY}


def format_policy(directives: Mapping[str, str]) -> str:
    """Format the policy as the header's value."""
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def build_data_policy() -> str:
    """Return the policy of a response that is not a page: opened in a browser, it loads and runs nothing."""
    return format_policy(BASE_DIRECTIVES)


def build_page_policy(*, framed_by: str = NOBODY) -> str:
    """Return the policy of our pages: nothing inline or from other hosts. `framed_by` lists sites that may embed it."""
    return _build_page_policy(get_settings().crossings_public_url or "", framed_by)


@lru_cache(maxsize=8)
def _build_page_policy(public_url: str, framed_by: str) -> str:
    # A page opened under another of our names reads data and tiles at the public address, as its links do.
    public = urlsplit(public_url)
    us = f"'self' {public.scheme}://{public.netloc}" if public_url else "'self'"
    return format_policy(
        BASE_DIRECTIVES
        | {
            "script-src": "'self'",
            "worker-src": "'self'",
            "style-src": "'self'",
            "font-src": "'self'",
            # data: the empty icon and the arrows of Swagger UI; blob: MapLibre decodes sprites this way.
            "img-src": f"{us} data: blob:",
            "connect-src": us,
            "frame-src": us,
            "form-action": us,
            "frame-ancestors": framed_by,
        }
    )


def build_standalone_policy(style_hash: str) -> str:
    """Return the policy of a self-contained page: one stylesheet with this hash, and images as data URIs."""
    return format_policy(BASE_DIRECTIVES | {"style-src": f"'{style_hash}'", "img-src": "data:"})

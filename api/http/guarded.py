"""Outermost middleware, in front of the application and its caches."""

from starlette.types import ASGIApp

from api.http.allowed_hosts import AllowedHosts, collect_allowed_hosts
from api.http.security_headers import SecurityHeaders
from api.http.trusted_proxies import TrustedProxies
from api.settings import get_settings


def guard_app(app: ASGIApp) -> ASGIApp:
    """Wrap the application: only our own hosts, and security headers on every response.

    A host from a proxy's header has to be ours too: a proxy may pass on a value from its client.
    """
    ours = SecurityHeaders(AllowedHosts(app, collect_allowed_hosts(get_settings())))
    return TrustedProxies(ours, get_settings().forwarded_allow_ips)

"""Outermost middleware, in front of the application and its caches."""

from starlette.types import ASGIApp

from api.http.allowed_hosts import AllowedHosts, allowed_names
from api.http.security_headers import SecurityHeaders
from api.http.trusted_proxies import TrustedProxies
from api.settings import settings


def guarded(app: ASGIApp) -> ASGIApp:
    """Wrap the application: only our own hosts, and security headers on every response.

    A host from a proxy's header has to be ours too: a proxy may pass on a value from its client.
    """
    ours = SecurityHeaders(AllowedHosts(app, allowed_names(settings())))
    return TrustedProxies(ours, settings().forwarded_allow_ips)

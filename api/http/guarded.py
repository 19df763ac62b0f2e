"""What stands outside of everything that answers, caches included."""

from starlette.types import ASGIApp

from api.http.allowed_hosts import AllowedHosts, allowed_names
from api.http.security_headers import SecurityHeaders
from api.http.trusted_proxies import TrustedProxies
from api.settings import settings


def guarded(app: ASGIApp) -> ASGIApp:
    """The application as it is served: for our own hosts, with security headers on every answer.

    A host that a proxy says is one more that has to be ours: a proxy may pass on what its client wrote.
    """
    ours = SecurityHeaders(AllowedHosts(app, allowed_names(settings())))
    return TrustedProxies(ours, settings().forwarded_allow_ips)

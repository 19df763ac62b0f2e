"""`crossings health`: whether the service on this machine is ready, for monitoring."""

import httpx
import typer

from api.settings import get_settings


def check_health() -> None:
    """Check that the service on HOST and PORT is ready; exit status 1 if not."""
    host = "127.0.0.1" if get_settings().host in {"0.0.0.0", "::"} else get_settings().host  # noqa: S104 - compared, not listened on
    try:
        answer = httpx.get(f"http://{host}:{get_settings().port}/health/ready", timeout=5)
    except httpx.HTTPError as error:
        raise SystemExit(f"crossings: cannot reach the service: {error}") from None
    document = answer.json()
    typer.echo(": ".join(str(document[name]) for name in ("status", "detail") if name in document))
    raise SystemExit(0 if answer.is_success else 1)

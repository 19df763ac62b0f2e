"""Exceptions that several rooms raise; `api/exception_handlers.py` maps them to statuses."""


class Overloaded(RuntimeError):
    """Too busy for this request: answered with 503 and Retry-After. The message names the busy resource."""

    def __init__(self, message: str, retry_after_s: int = 5) -> None:
        self.headers = (("Retry-After", str(retry_after_s)),)
        super().__init__(message)


class UserError(Exception):
    """Error with one line that names the cause and the remedy; the command ends with the line and exit status 1."""


class NotFound(LookupError):
    """Name or code without a resource; the message contains it."""

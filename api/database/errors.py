"""Answers to failures of the database and of other resources, in one table.

Overload and temporary failures are 503 with Retry-After; failures that the request caused are 400; all others are
failures of the service (None here). Codes are PostgreSQL's SQLSTATEs, or prefixes of a class (its appendix A).
"""

import errno
import socket
from collections.abc import Iterator
from typing import NamedTuple

import asyncpg
from sqlalchemy.exc import EmulatedDBAPIException, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class Failure(NamedTuple):
    """Answer to a failure. `retry_after_s` is None if the same request would fail again."""

    status: int
    title: str
    detail: str
    retry_after_s: int | None = None


BUSY = "Busy"
AWAY = Failure(503, "The database is unreachable", "The database cannot be reached. Try again in a few seconds.", 5)
NO_CONNECTION = Failure(
    503, BUSY, "All connections to the database were in use for too long. Try again in a few seconds.", 5
)
TOO_LONG = Failure(
    503,
    "Time limit exceeded",
    "The database stopped this request because it exceeded the time limit. Request less: fewer days, places or "
    "groups, a smaller `limit` or `bbox`, or a simpler `filter`.",
    10,
)
NO_ANSWER = Failure(
    503, BUSY, "A resource that the request needs did not respond in time. Try again in a few seconds.", 5
)
LOCKED = Failure(503, BUSY, "Another change locked the data for too long. Send the request again.", 2)
COLLIDED = Failure(503, BUSY, "The request conflicted with another change. Nothing was saved; send it again.", 1)
IDLE = Failure(503, BUSY, "The request left the database waiting for too long. Nothing was saved; send it again.", 2)
READ_ONLY = Failure(503, "The database is read-only", "The database can only be read at the moment.", 10)
EXHAUSTED = Failure(
    503, "Out of resources", "The database has no connections, memory or disk space left. Try again later.", 10
)
NO_RESOURCES = Failure(503, "Out of resources", "The service has no memory, files or disk space left for this.", 10)
LIMITS_EXCEEDED = Failure(400, "Invalid parameters", "exceeds what the database can compute at once: request less")
VALUE_OUT_OF_RANGE = Failure(
    400, "Invalid parameters", "leads to a number, time or character that the database cannot hold"
)

SQLSTATE_FAILURES = {
    "57014": TOO_LONG,
    "55P03": LOCKED,
    "40P01": COLLIDED,
    "40001": COLLIDED,
    "25P03": IDLE,
    "25P04": TOO_LONG,
    "25006": READ_ONLY,
    "53": EXHAUSTED,
    "08": AWAY,
    "57P": AWAY,
    "54": LIMITS_EXCEEDED,
    "22003": VALUE_OUT_OF_RANGE,
    "22008": VALUE_OUT_OF_RANGE,
    "22021": VALUE_OUT_OF_RANGE,
}
# The machine's own limits: disk space, quota, open files of the process and of the system, memory, processes.
RESOURCE_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})
UNREACHABLE_ERRNOS = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN})
# asyncpg's message between a server's last message and its hanging up, while the connection still counts as open.
HANG_UP_MESSAGE = "cannot switch to state"
# The database is unreachable, or takes no more connections.
AWAY_CODES = tuple(code for code, failure in SQLSTATE_FAILURES.items() if failure in (AWAY, EXHAUSTED))
# Errors of a missing socket, of a port without a listener, and of a lost connection.
AWAY_ERRORS = (FileNotFoundError, ConnectionError, OperationalError, asyncpg.InterfaceError)
# Errors of the driver, also as SQLAlchemy's pool wraps them.
DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    EmulatedDBAPIException,
    OSError,
)
# Errors that the handler is registered for.
ERRORS: tuple[type[Exception], ...] = (SQLAlchemyError, *DRIVER_ERRORS, MemoryError)


def find_failure(error: BaseException) -> Failure | None:
    """Return the answer to the error, or None if it is a failure of the service."""
    candidates = (_classify_error(each) for each in _iterate_causes(error))
    classified = next((failure for failure in candidates if failure), None)
    return classified or (AWAY if is_database_away(error) else None)


def _iterate_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, then the errors that it wraps: SQLAlchemy's version of the driver's error, and the original."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        inner = getattr(inner, "orig", None) or inner.__cause__


def _classify_error(error: BaseException) -> Failure | None:
    if isinstance(error, PoolTimeoutError):
        return NO_CONNECTION
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in RESOURCE_ERRNOS):
        return NO_RESOURCES
    if isinstance(error, TimeoutError):
        return NO_ANSWER
    if isinstance(error, PendingRollbackError | socket.gaierror) or getattr(error, "errno", None) in UNREACHABLE_ERRNOS:
        return AWAY
    if isinstance(error, asyncpg.DataError) and isinstance(error.__cause__, OverflowError | UnicodeError):
        return VALUE_OUT_OF_RANGE
    return _classify_sqlstate(getattr(error, "sqlstate", None) or "")


def _classify_sqlstate(code: str) -> Failure | None:
    return next((SQLSTATE_FAILURES[start] for start in (code, code[:3], code[:2]) if start in SQLSTATE_FAILURES), None)


def is_database_away(error: BaseException) -> bool:
    """Return whether the database is unreachable, takes no more connections, or hung up, which may be temporary."""
    if isinstance(error, asyncpg.DataError):
        return False
    if isinstance(error, AWAY_ERRORS) or getattr(error, "connection_invalidated", False):
        return True
    driver_error = getattr(error, "orig", error)
    return _is_hang_up(driver_error) or (getattr(driver_error, "sqlstate", None) or "").startswith(AWAY_CODES)


def _is_hang_up(error: BaseException) -> bool:
    """Return whether the error or its direct cause is the driver's error of a server that hangs up."""
    raised = (error, error.__cause__)
    return any(isinstance(each, asyncpg.InternalClientError) and HANG_UP_MESSAGE in str(each) for each in raised)

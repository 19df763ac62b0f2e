"""Whether a failure means that the database is away: no fault of the request or of ours, and it may be over soon."""

import asyncpg
from sqlalchemy.exc import OperationalError

# asyncpg's words between a server's last message and its hanging up, while the connection still counts as open.
LAST_WORD = "cannot switch to state"
# Of PostgreSQL's classes of errors: the connection, too few resources, and a server that goes away.
CLASSES = ("08", "53", "57P")
# asyncpg's words for a socket that is gone, for a port at which nobody listens, and for a connection that was lost.
ERRORS = (FileNotFoundError, ConnectionError, OperationalError, asyncpg.InterfaceError)


def is_away(error: BaseException) -> bool:
    """It cannot be reached, takes no more connections, or hung up."""
    if isinstance(error, asyncpg.DataError):
        return False
    if isinstance(error, ERRORS) or getattr(error, "connection_invalidated", False):
        return True
    said = getattr(error, "orig", error)
    return _hangs_up(said) or (getattr(said, "sqlstate", None) or "").startswith(CLASSES)


def _hangs_up(error: BaseException) -> bool:
    """What SQLAlchemy raises was caused by the driver's own."""
    raised = (error, error.__cause__)
    return any(isinstance(each, asyncpg.InternalClientError) and LAST_WORD in str(each) for each in raised)

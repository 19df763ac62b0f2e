"""Statements as PostgreSQL is to keep them: text in which only what a request asks for is a parameter.

SQLAlchemy sends every constant as a parameter too, and takes longer to do so than PostgreSQL takes to answer for a
country. Made into text once, a statement costs asyncpg's own work alone, and PostgreSQL plans it once a connection.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, dialect
from sqlalchemy.exc import DBAPIError, EmulatedDBAPIException, OperationalError

from api.database_away import is_away

# What the driver raises, by itself and in SQLAlchemy's pool.
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, EmulatedDBAPIException, OSError)
KEPT = 1024
# A row by the names of its columns.
Row = Mapping[Any, Any]


class Prepared(NamedTuple):
    """The text of a statement and the names of its parameters, in the order of their numbers."""

    text: str
    names: tuple[str, ...]


class _ConstantsInText(PGCompiler_asyncpg):
    """Writes what has a value into the text; what is to be bound stays a parameter."""

    def visit_bindparam(self, bindparam: Any, *args: Any, **more: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
        if not bindparam.required:
            more["literal_binds"] = True
        text: str = super().visit_bindparam(bindparam, *args, **more)  # type: ignore[no-untyped-call]
        return text


_dialect: Any = dialect()  # type: ignore[no-untyped-call]
_dialect.statement_compiler = _ConstantsInText


def written(statement: Executable) -> Prepared:
    """The statement, not kept: for one that will hardly be asked again."""
    compiled: Any = statement.compile(dialect=_dialect)  # type: ignore[attr-defined]
    return Prepared(str(compiled), tuple(compiled.positiontup or ()))


# Statements that are kept are the same objects each time: see models/question.py.
prepared = lru_cache(maxsize=KEPT)(written)


async def row_of(connection: "asyncpg.Connection[Any]", statement: Prepared, values: Mapping[str, Any]) -> Row:
    """The one row of the statement. Raises what asyncpg raises: see `as_sqlalchemy`."""
    row: Any = await connection.fetchrow(statement.text, *(values[name] for name in statement.names))
    found: Row = row
    return found


@contextmanager
def as_sqlalchemy(statement: Prepared) -> Iterator[None]:
    """Raise the driver's failures as SQLAlchemy's own connections do."""
    try:
        yield
    except FAILURES as error:
        kind = OperationalError if is_away(error) else DBAPIError
        raise kind(statement.text, None, error) from error

"""Prepared statements: text in which only the values of a request are parameters.

SQLAlchemy also sends every constant as a parameter, and takes longer to do so than PostgreSQL takes to answer for a
country. As cached text, a statement costs only asyncpg's work, and PostgreSQL plans it once a connection.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import CursorResult, Executable
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, dialect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bounded_cache import BoundedCache
from api.cql2.expression import Expression
from api.database_failures import DRIVER_ERRORS, is_away
from api.server.fair_queue import FairQueue
from models.answer_page import CONDITION
from models.question import ShapedStatement

# Statements without a shape: about ten, each always the same object.
MAX_FIXED = 64
# Of all shapes together, about 300.
MAX_TEXT_BYTES = 8_000_000
# A tuple of three, or a short text.
BYTES_OF_A_PART = 80
PARAMETER = re.compile(r"\$(\d+)")
# A row with column names as keys.
Row = Mapping[Any, Any]


class Prepared(NamedTuple):
    """Text of a statement and the names of its parameters, in the order of their numbers."""

    text: str
    names: tuple[str, ...]

    def arguments(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values in the order of the parameters."""
        return tuple(values[name] for name in self.names)


class ShapedQuery(NamedTuple):
    """Statement by its shape, with the condition on its rows."""

    statement: ShapedStatement
    condition: Expression | None = None

    def values(self) -> dict[str, Any]:
        """Return the condition's values by the names of its parameters."""
        values = self.condition.values if self.condition else ()
        return dict(zip(_condition_names(), values, strict=False))


class _ConstantsInText(PGCompiler_asyncpg):
    """Compiler that writes values into the text; required parameters stay parameters."""

    def visit_bindparam(self, bindparam: Any, *args: Any, **more: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
        if not bindparam.required:
            more["literal_binds"] = True
        text: str = super().visit_bindparam(bindparam, *args, **more)  # type: ignore[no-untyped-call]
        return text


_dialect: Any = dialect()  # type: ignore[no-untyped-call]
_dialect.statement_compiler = _ConstantsInText


def written(statement: Any) -> Prepared:  # noqa: ANN401 - a statement or a part of one
    """Compile the statement to text, each time."""
    compiled: Any = statement.compile(dialect=_dialect)
    return Prepared(str(compiled), tuple(compiled.positiontup or ()))


prepared = lru_cache(maxsize=MAX_FIXED)(written)


def _weigh(key: Hashable, statement: Prepared) -> int:
    """Return about how many bytes the text takes, with the shapes in its key."""
    return 2000 + len(statement.text) + BYTES_OF_A_PART * _count_parts(key)


def _count_parts(shape: Hashable) -> int:
    return 1 + sum(map(_count_parts, shape)) if isinstance(shape, tuple) else 1


_texts: BoundedCache[Prepared] = BoundedCache(MAX_TEXT_BYTES, _weigh)
# By shape; after a start many clients need the same new shape.
_being_built: dict[Hashable, asyncio.Task[Prepared]] = {}
# Clients with ever new shapes wait for one another, up to this time.
_building = FairQueue("Too many new kinds of request are waiting; try again soon.", 1, max_waiting=100, max_wait_s=10)


async def prepare(query: ShapedQuery | ShapedStatement) -> Prepared:
    """Return the query's text, from the cache or built now.

    A new shape takes 60 ms of processor time. It is built in a thread, one at a time and once for all waiting requests,
    so that others are answered meanwhile. Raises Overloaded if too many are waiting.
    """
    query = query if isinstance(query, ShapedQuery) else ShapedQuery(query)
    key = _key(query)
    cached = _texts.get(key)
    if cached is not None:
        return cached
    if key not in _being_built:
        task = _being_built[key] = asyncio.create_task(_build_in_turn(query))
        task.add_done_callback(lambda done: _forget(key, done))
    return await asyncio.shield(_being_built[key])


async def _build_in_turn(query: ShapedQuery) -> Prepared:
    async with _building.acquire_place(None):
        return await asyncio.to_thread(_build, query)


def _forget(key: Hashable, task: asyncio.Task[Prepared]) -> None:
    del _being_built[key]
    if not task.cancelled():
        # Read the exception here, too: all waiting clients may have left.
        task.exception()


def _key(query: ShapedQuery) -> Hashable:
    return query.statement, query.condition and query.condition.shape


def _build(query: ShapedQuery) -> Prepared:
    condition = query.condition
    template = _texts.get_or_compute((query.statement, None, "template"), lambda: written(query.statement.built()))
    if condition is None:
        _texts.put(_key(query), template)
        return template
    return _texts.get_or_compute(_key(query), lambda: _with_condition(template, condition))


def _with_condition(template: Prepared, condition: Expression) -> Prepared:
    """Replace CONDITION in the template's text by the condition; its parameters follow the template's."""
    own = written(condition.build(_condition_names()))
    already = len(template.names)
    text = PARAMETER.sub(lambda match: f"${int(match[1]) + already}", own.text)
    return Prepared(template.text.replace(CONDITION, f"({text})"), template.names + own.names)


def _condition_names() -> Iterator[str]:
    return (f"condition_{number}" for number in count())


async def execute(
    connection: AsyncConnection, query: ShapedQuery | ShapedStatement, values: Mapping[str, Any]
) -> CursorResult[*tuple[Any, ...]]:
    """Run the query in the connection's transaction; values have the driver's types."""
    statement = await prepare(query)
    return await connection.exec_driver_sql(statement.text, statement.arguments(values))


async def stream(
    connection: AsyncConnection, query: ShapedQuery, values: Mapping[str, Any], rows_at_a_time: int
) -> AsyncIterator[Any]:
    """Yield the query's rows as they arrive, in the transaction that the connection has begun."""
    statement = await prepare(query)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    with as_sqlalchemy(statement):
        async for row in driver.cursor(statement.text, *statement.arguments(values), prefetch=rows_at_a_time):
            yield row


async def row_of(connection: "asyncpg.Connection[Any]", statement: Prepared, values: Mapping[str, Any]) -> Row:
    """Fetch the one row of the statement. Raises asyncpg's errors: see `as_sqlalchemy`."""
    row: Any = await connection.fetchrow(statement.text, *statement.arguments(values))
    typed_row: Row = row
    return typed_row


async def text_of(statement: Executable | ShapedQuery) -> Prepared:
    """Return the prepared text of a statement with or without a shape."""
    return await prepare(statement) if isinstance(statement, ShapedQuery) else prepared(statement)


@contextmanager
def as_sqlalchemy(statement: Prepared) -> Iterator[None]:
    """Raise the driver's failures as SQLAlchemy's own connections do."""
    try:
        yield
    except DRIVER_ERRORS as error:
        kind = OperationalError if is_away(error) else DBAPIError
        raise kind(statement.text, None, error) from error

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

from api.concurrency.bounded_cache import BoundedCache
from api.concurrency.fair_queue import FairQueue
from api.cql2.sql_expression import Expression
from api.database.errors import DRIVER_ERRORS, is_database_away
from models.queries.filters import StatementTemplate
from models.queries.pagination import CONDITION_MARKER

# Statements without a shape: about ten, each always the same object.
MAX_FIXED_STATEMENTS = 64
# Of all shapes together, about 300.
MAX_TEXT_BYTES = 8_000_000
# A tuple of three, or a short text.
PART_BYTES = 80
PARAMETER = re.compile(r"\$(\d+)")
# A row with column names as keys.
Row = Mapping[Any, Any]


class PreparedStatement(NamedTuple):
    """Text of a statement and the names of its parameters, in the order of their numbers."""

    text: str
    names: tuple[str, ...]

    def arguments(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values in the order of the parameters."""
        return tuple(values[name] for name in self.names)


class ShapedQuery(NamedTuple):
    """Statement by its shape, with the condition on its rows."""

    statement: StatementTemplate
    condition: Expression | None = None

    def values(self) -> dict[str, Any]:
        """Return the condition's values by the names of its parameters."""
        values = self.condition.values if self.condition else ()
        return dict(zip(_iterate_condition_names(), values, strict=False))


class _LiteralCompiler(PGCompiler_asyncpg):
    """Compiler that writes values into the text; required parameters stay parameters."""

    def visit_bindparam(self, bindparam: Any, *args: Any, **more: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
        if not bindparam.required:
            more["literal_binds"] = True
        text: str = super().visit_bindparam(bindparam, *args, **more)  # type: ignore[no-untyped-call]
        return text


_dialect: Any = dialect()  # type: ignore[no-untyped-call]
_dialect.statement_compiler = _LiteralCompiler


def compile_statement(statement: Any) -> PreparedStatement:  # noqa: ANN401 - a statement or a part of one
    """Compile the statement to text, each time."""
    compiled: Any = statement.compile(dialect=_dialect)
    return PreparedStatement(str(compiled), tuple(compiled.positiontup or ()))


compile_once = lru_cache(maxsize=MAX_FIXED_STATEMENTS)(compile_statement)


def _weigh(key: Hashable, statement: PreparedStatement) -> int:
    """Return about how many bytes the text takes, with the shapes in its key."""
    return 2000 + len(statement.text) + PART_BYTES * _count_parts(key)


def _count_parts(shape: Hashable) -> int:
    return 1 + sum(map(_count_parts, shape)) if isinstance(shape, tuple) else 1


_texts: BoundedCache[PreparedStatement] = BoundedCache(MAX_TEXT_BYTES, _weigh)
# By shape; after a start many clients need the same new shape.
_pending_builds: dict[Hashable, asyncio.Task[PreparedStatement]] = {}
# Clients with ever new shapes wait for one another, up to this time.
_build_queue = FairQueue("Too many new queries are waiting; try again soon.", 1, max_waiting=100, max_wait_s=10)


async def prepare(query: ShapedQuery | StatementTemplate) -> PreparedStatement:
    """Return the query's text, from the cache or built now.

    A new shape takes 60 ms of processor time. It is built in a thread, one at a time and once for all waiting requests,
    so that others are answered meanwhile. Raises Overloaded if too many are waiting.
    """
    query = query if isinstance(query, ShapedQuery) else ShapedQuery(query)
    key = _build_cache_key(query)
    cached = _texts.get(key)
    if cached is not None:
        return cached
    if key not in _pending_builds:
        task = _pending_builds[key] = asyncio.create_task(_build_in_slot(query))
        task.add_done_callback(lambda done: _forget(key, done))
    return await asyncio.shield(_pending_builds[key])


async def _build_in_slot(query: ShapedQuery) -> PreparedStatement:
    async with _build_queue.acquire_place(None):
        return await asyncio.to_thread(_build, query)


def _forget(key: Hashable, task: asyncio.Task[PreparedStatement]) -> None:
    del _pending_builds[key]
    if not task.cancelled():
        # Read the exception here, too: all waiting clients may have left.
        task.exception()


def _build_cache_key(query: ShapedQuery) -> Hashable:
    return query.statement, query.condition and query.condition.shape


def _build(query: ShapedQuery) -> PreparedStatement:
    condition = query.condition
    template = _texts.get_or_compute(
        (query.statement, None, "template"), lambda: compile_statement(query.statement.build_statement())
    )
    if condition is None:
        _texts.put(_build_cache_key(query), template)
        return template
    return _texts.get_or_compute(_build_cache_key(query), lambda: _insert_condition(template, condition))


def _insert_condition(template: PreparedStatement, condition: Expression) -> PreparedStatement:
    """Replace CONDITION in the template's text by the condition; its parameters follow the template's."""
    own = compile_statement(condition.build(_iterate_condition_names()))
    already = len(template.names)
    text = PARAMETER.sub(lambda match: f"${int(match[1]) + already}", own.text)
    return PreparedStatement(template.text.replace(CONDITION_MARKER, f"({text})"), template.names + own.names)


def _iterate_condition_names() -> Iterator[str]:
    return (f"condition_{number}" for number in count())


async def execute(
    connection: AsyncConnection, query: ShapedQuery | StatementTemplate, values: Mapping[str, Any]
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
    with translate_driver_errors(statement):
        async for row in driver.cursor(statement.text, *statement.arguments(values), prefetch=rows_at_a_time):
            yield row


async def fetch_row(
    connection: "asyncpg.Connection[Any]", statement: PreparedStatement, values: Mapping[str, Any]
) -> Row:
    """Fetch the one row of the statement. Raises asyncpg's errors: see `translate_driver_errors`."""
    row: Any = await connection.fetchrow(statement.text, *statement.arguments(values))
    typed_row: Row = row
    return typed_row


async def prepare_statement(statement: Executable | ShapedQuery) -> PreparedStatement:
    """Return the prepared text of a statement with or without a shape."""
    return await prepare(statement) if isinstance(statement, ShapedQuery) else compile_once(statement)


@contextmanager
def translate_driver_errors(statement: PreparedStatement) -> Iterator[None]:
    """Raise the driver's failures as SQLAlchemy's own connections do."""
    try:
        yield
    except DRIVER_ERRORS as error:
        kind = OperationalError if is_database_away(error) else DBAPIError
        raise kind(statement.text, None, error) from error

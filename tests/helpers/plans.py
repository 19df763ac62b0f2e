"""What PostgreSQL really reads for an answer, from its own account of the plan."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Executable, event
from sqlalchemy.ext.asyncio import AsyncConnection

Node = dict[str, Any]


async def explain_plan(connection: AsyncConnection, statement: Executable, values: Mapping[str, Any]) -> list[Node]:
    """Every node of the plan by which PostgreSQL answers, with what it read."""

    def explained(_: object, __: object, statement: str, parameters: Any, *___: object) -> tuple[str, Any]:
        return f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters

    engine = connection.sync_connection
    event.listen(engine, "before_cursor_execute", explained, retval=True)
    try:
        # A statement that was asked before has columns to be read, which an account of its plan has not.
        found = await connection.scalar(statement, dict(values), execution_options={"compiled_cache": None})
    finally:
        event.remove(engine, "before_cursor_execute", explained)
    return list(_walk_nodes(found[0]["Plan"]))


def count_rows_read(plan: list[Node], table: str) -> int:
    """How many rows of the table were read and looked at."""
    return sum(
        round(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))
        for node in plan
        if node.get("Relation Name") == table
    )


def _walk_nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", ()):
        yield from _walk_nodes(child)

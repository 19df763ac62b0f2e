"""Statements that PostgreSQL keeps."""

from sqlalchemy import Text, literal_column, select, text

from api.database.engine import build_engine
from api.database.read_routing import Database

# More than asyncpg keeps unless it is told to.
LONG = 20_000


async def test_long_statement_is_planned_once_and_not_each_time(server: str) -> None:
    engine = build_engine(server, pool_size=1)
    statement = select(literal_column(f"'{'x' * LONG}'", Text).label("long"))
    for _ in range(2):
        await Database(engine, engine).fetch_row(statement, {})
    async with engine.connect() as connection:
        kept = text("SELECT count(*) FROM pg_prepared_statements WHERE length(statement) > :long")
        assert await connection.scalar(kept, {"long": LONG}) == 1
    await engine.dispose()

"""Telling PostgreSQL's planner how much is in the tables after many rows came at once."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import Base

FILLED = text("""
    SELECT quote_ident(relname) FROM pg_stat_xact_user_tables
    WHERE relname = ANY(:names) AND pg_table_is_visible(relid) AND pg_relation_size(relid) > 0
        AND n_tup_ins + n_tup_upd + n_tup_del > 0
    ORDER BY relname
""")


async def look_over_filled_tables(connection: AsyncConnection) -> None:
    """ANALYZE each table that the transaction wrote to and that holds anything.

    A planner that takes a full table for an empty one makes the first answers slow. So does one that was told that a
    table is empty: plans that were made then, and are kept, read all of it for each point once an office had posted,
    and all points took two minutes. Of a table that nobody looked over it expects some pages, and uses the indexes.
    """
    names = (await connection.scalars(FILLED, {"names": list(Base.metadata.tables)})).all()
    if names:
        await connection.execute(text(f"ANALYZE {', '.join(names)}"))

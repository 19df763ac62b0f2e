"""ANALYZE of tables after an import of many rows, for PostgreSQL's planner."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables.metadata import Base

SELECT_FILLED_TABLES = text("""
    SELECT quote_ident(relname) FROM pg_stat_xact_user_tables
    WHERE relname = ANY(:names) AND pg_table_is_visible(relid) AND pg_relation_size(relid) > 0
        AND n_tup_ins + n_tup_upd + n_tup_del > 0
    ORDER BY relname
""")


async def analyze_filled_tables(connection: AsyncConnection) -> None:
    """Run ANALYZE on each table that the transaction wrote to and that holds rows.

    A planner that treats a full table as empty makes the first queries slow. So do statistics of an empty table: cached
    plans from that time read the whole table for each point after an office had posted, and a query of all points took
    two minutes. Without statistics, the planner assumes some pages and uses the indexes.
    """
    names = (await connection.scalars(SELECT_FILLED_TABLES, {"names": list(Base.metadata.tables)})).all()
    if names:
        await connection.execute(text(f"ANALYZE {', '.join(names)}"))

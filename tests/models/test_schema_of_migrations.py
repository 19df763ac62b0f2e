"""Migrations: up from empty, down, up again; and the tables they make are those that the models declare."""

import asyncio
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from conftest import create_database
from helpers.migrations import build_config, run_in_database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.migrations import build_alembic_config, list_migrations
from api.server.lifecycle import migrate_database
from models.tables.metadata import Base

OURS = "c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('spatial_ref_sys', 'alembic_version')"
# Each gives lines that say, in PostgreSQL's own words, what there is.
INVENTORIES = {
    "columns": f"""
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE {OURS} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "constraints": f"""
        SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE {OURS}
    """,
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " AND tablename NOT IN ('spatial_ref_sys', 'alembic_version')",
    "triggers": f"""
        SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE {OURS} AND NOT t.tgisinternal
    """,
    "functions": r"SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'refuse\_%'"
    r" OR proname LIKE 'step\_%' OR proname IN ('json_text', 'announce_revision', 'take_code_of_point')",
}


async def inventory(connection: AsyncConnection) -> dict[str, list[str]]:
    return {
        name: sorted(str(tuple(row)) for row in await connection.execute(text(statement)))
        for name, statement in INVENTORIES.items()
    }


async def create_all(connection: AsyncConnection) -> None:
    await connection.execute(text("CREATE EXTENSION postgis"))
    await connection.execute(text("CREATE EXTENSION btree_gist"))
    await connection.run_sync(Base.metadata.create_all)


@pytest.fixture(scope="module")
def declared(server: str) -> Iterator[dict[str, list[str]]]:
    with create_database(server) as address:
        asyncio.run(run_in_database(address, create_all))
        yield asyncio.run(run_in_database(address, inventory))  # type: ignore[misc]


@pytest.fixture(scope="module")
def there_and_back(server: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """A database migrated up, down and up again, with what was left of ours in between."""
    with create_database(server) as address:
        migrate_database(address)
        command.downgrade(build_config(address), "base")
        left: dict[str, list[str]] = asyncio.run(run_in_database(address, inventory))  # type: ignore[assignment]
        migrate_database(address)
        yield address, left


@pytest.mark.parametrize("kind", INVENTORIES)
def test_downgrade_removes_all_tables(there_and_back: tuple[str, dict[str, list[str]]], kind: str) -> None:
    assert there_and_back[1][kind] == []


@pytest.mark.parametrize("kind", INVENTORIES)
def test_migrated_and_declared_tables_agree(
    there_and_back: tuple[str, dict[str, list[str]]], declared: dict[str, list[str]], kind: str
) -> None:
    migrated: dict[str, list[str]] = asyncio.run(run_in_database(there_and_back[0], inventory))  # type: ignore[assignment]
    assert migrated[kind] == declared[kind]


def test_dropped_constraint_would_be_noticed(server: str, declared: dict[str, list[str]]) -> None:
    async def drop(connection: AsyncConnection) -> dict[str, list[str]]:
        await connection.execute(text("ALTER TABLE restriction DROP CONSTRAINT restriction_one_belief_a_day"))
        return await inventory(connection)

    with create_database(server) as address:
        migrate_database(address)
        assert asyncio.run(run_in_database(address, drop)) != declared


def test_migrations_stand_in_the_order_of_their_names() -> None:
    in_order = [script.revision for script in ScriptDirectory.from_config(build_alembic_config()).walk_revisions()]
    assert list_migrations() == in_order[::-1]

"""Migrations of the tables: the available ones, and the state of a database.

Alembic is imported only to migrate: it took 7 MB of memory in a process that serves.
"""

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.settings import get_project_directory

if TYPE_CHECKING:
    from alembic.config import Config


def build_alembic_config() -> "Config":
    """Load Alembic's configuration beside the packages, independent of the working directory."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    return Config(get_project_directory() / "alembic.ini")


def list_migrations() -> list[str]:
    """Return the names of the migrations in the order of their numbers, newest last."""
    return sorted(path.stem for path in (get_project_directory() / "migrations" / "versions").glob("[0-9]*.py"))


async def fetch_migration(connection: AsyncConnection) -> str | None:
    """Return the migration of the database; None without our tables."""
    try:
        migration: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError:
        return None
    return migration

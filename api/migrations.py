"""The migrations of the tables: which there are, and which a database has come to.

Alembic is met only where there is something to migrate: a process that serves had 7 MB for it.
"""

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.settings import project_directory

if TYPE_CHECKING:
    from alembic.config import Config


def alembic_config() -> "Config":
    """Found beside the packages whatever the working directory is."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    return Config(project_directory() / "alembic.ini")


def known_migrations() -> list[str]:
    """Their names, which begin with their numbers, the newest last."""
    return sorted(path.stem for path in (project_directory() / "migrations" / "versions").glob("[0-9]*.py"))


async def migration_of(connection: AsyncConnection) -> str | None:
    """The migration that the database has come to; None for one without our tables."""
    try:
        found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError:
        return None
    return found

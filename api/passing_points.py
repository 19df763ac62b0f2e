"""Points with their passability, as members of documents."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.prepared import execute
from models.codes import code_list
from models.crossings import level_of_entry
from models.passable import NOT_ASSESSED
from models.question import Question, shaped

Row = dict[str, Any]
# Columns shown in the geometry or beside the points.
NOT_TOLD = {"key", "longitude", "latitude", "distance_m", "reach_m", "is_left_out", "international_travel"}


def post(row: Row) -> Row:
    """Build the point with its state from a row of `PassingPoints`."""
    return {name: value for name, value in row.items() if name not in NOT_TOLD}


def no_post(iso3: str) -> Row:
    """Build the placeholder for a post of the country that is not in the register, so that nobody can assess it."""
    return {
        "code": None,
        "name": None,
        "country": iso3,
        "passable": NOT_ASSESSED,
        "last_known": None,
        "conditions": None,
    }


async def travel_level(connection: AsyncConnection, question: Question, iso3: str) -> Row | None:
    """Fetch the level of the country's international travel controls for everybody; None where nobody recorded one."""
    statement, values = shaped(level_of_entry, question)
    row = (await execute(connection, statement, values | {"to_iso3": iso3})).one_or_none()
    if row is None or row.level is None:
        return None
    return {
        "country": iso3,
        "indicator": "international_travel",
        "level": row.level,
        "label": code_list("international_travel").item(str(row.level)).labels["en"],
    }

"""Points with their passability, and the levels and controls of a country, as members of documents."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.database.prepared_statements import execute
from models.analysis.crossings import INTERNAL_BORDER_CONTROL, select_border_control, select_entry_level
from models.analysis.passability import NOT_ASSESSED
from models.codes import get_code_list
from models.queries.filters import PointFilter, create_statement_template

Row = dict[str, Any]
# Columns shown in the geometry or beside the points.
EXCLUDED_COLUMNS = {"key", "longitude", "latitude", "distance_m", "reach_m", "is_left_out", "international_travel"}


def build_post(row: Row) -> Row:
    """Build the point with its state from a row of `PassingPoints`."""
    return {name: value for name, value in row.items() if name not in EXCLUDED_COLUMNS}


def build_missing_post(iso3: str) -> Row:
    """Build the placeholder for a post of the country that is not in the register, so that nobody can assess it."""
    return {
        "code": None,
        "name": None,
        "country": iso3,
        "passable": NOT_ASSESSED,
        "last_known": None,
        "conditions": None,
    }


async def fetch_travel_level(connection: AsyncConnection, question: PointFilter, iso3: str) -> Row | None:
    """Fetch the level of the country's international travel controls for everybody; None where nobody recorded one."""
    statement, values = create_statement_template(select_entry_level, question)
    row = (await execute(connection, statement, values | {"to_iso3": iso3})).one_or_none()
    if row is None or row.level is None:
        return None
    return {
        "country": iso3,
        "indicator": "international_travel",
        "level": row.level,
        "label": get_code_list("international_travel").item(str(row.level)).labels["en"],
    }


async def fetch_border_control(
    connection: AsyncConnection, question: PointFilter, from_: str, to: str
) -> dict[str, Any] | None:
    """Fetch the control that `to` reintroduced at its borders with `from_`; None where nobody recorded one."""
    statement, values = create_statement_template(select_border_control, question)
    row = (await execute(connection, statement, values | {"from_iso3": from_, "to_iso3": to})).mappings().one_or_none()
    if row is None:
        return None
    return {
        "country": to,
        "other_country": from_,
        "indicator": INTERNAL_BORDER_CONTROL,
        "level": row["level"],
        "label": get_code_list(INTERNAL_BORDER_CONTROL).item(row["level"]).labels["en"],
        "valid_from": row["first"].isoformat(),
        "valid_to": row["last"].isoformat() if row["last"] else None,
        "notifications": row["notifications"],
        "comment": row["comment"],
        "source": row["source"],
        "source_url": row["url"],
    }

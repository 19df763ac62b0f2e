"""Border control between two countries on a day, as a member of documents."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.prepared import execute
from models.border_control import INTERNAL_BORDER_CONTROL, select_border_control
from models.codes import get_code_list
from models.question import FeatureFilter, create_statement_template


async def fetch_border_control(
    connection: AsyncConnection, question: FeatureFilter, from_: str, to: str
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

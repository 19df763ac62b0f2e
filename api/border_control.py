"""Border control between two countries on a day, as a member of documents."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.prepared import execute
from models.border_control import INTERNAL_BORDER_CONTROL, border_control
from models.codes import code_list
from models.question import Question, shaped


async def border_control_between(
    connection: AsyncConnection, question: Question, from_: str, to: str
) -> dict[str, Any] | None:
    """Fetch the control that `to` reintroduced at its borders with `from_`; None where nobody recorded one."""
    statement, values = shaped(border_control, question)
    row = (await execute(connection, statement, values | {"from_iso3": from_, "to_iso3": to})).mappings().one_or_none()
    if row is None:
        return None
    return {
        "country": to,
        "other_country": from_,
        "indicator": INTERNAL_BORDER_CONTROL,
        "level": row["level"],
        "label": code_list(INTERNAL_BORDER_CONTROL).item(row["level"]).labels["en"],
        "valid_from": row["first"].isoformat(),
        "valid_to": row["last"].isoformat() if row["last"] else None,
        "notifications": row["notifications"],
        "comment": row["comment"],
        "source": row["source"],
        "source_url": row["url"],
    }

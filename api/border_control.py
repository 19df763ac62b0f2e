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
    found = (
        (await execute(connection, statement, values | {"from_iso3": from_, "to_iso3": to})).mappings().one_or_none()
    )
    if found is None:
        return None
    return {
        "country": to,
        "other_country": from_,
        "indicator": INTERNAL_BORDER_CONTROL,
        "level": found["level"],
        "label": code_list(INTERNAL_BORDER_CONTROL).item(found["level"]).labels["en"],
        "valid_from": found["first"].isoformat(),
        "valid_to": found["last"].isoformat() if found["last"] else None,
        "notifications": found["notifications"],
        "comment": found["comment"],
        "source": found["source"],
        "source_url": found["url"],
    }

"""Changes of the register as an office of Fiji posts them."""

import datetime as dt
import json
from typing import Any

import pytest
from helpers.factories import add_country
from helpers.offices import build_bearer, create_key, create_office
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller, fetch_caller
from api.submissions.raw_row import RawRow
from api.submissions.rows import RawSubmission
from api.submissions.service import Json, Refused, submit
from api.submissions.submission import IncomingSubmission

NOW = dt.datetime(2020, 5, 3, 12, tzinfo=dt.UTC)


NEW = {
    "action": "new_point",
    "name": "Savusavu",
    "poe_type": "blue_border_point",
    "country": "FJI",
    "longitude": "0.5",
    "latitude": "0.5",
}


async def create_fiji_caller(database: AsyncConnection, role: str = "office", **office: Any) -> Caller:
    """Return a caller who may write for Fiji; as a reviewer, one who decides for it too."""
    await add_country(database, "FJI")
    code = await create_office(database, f"fiji-{role}", countries=["FJI"], **office)
    return await fetch_caller(database, (await create_key(database, code, role)).prefix, NOW.date())


async def submit_rows(database: AsyncConnection, caller: Caller, *rows: dict[str, str], **options: Any) -> Json:
    raw = RawSubmission(tuple(RawRow(number, row) for number, row in enumerate(rows, start=2)))
    incoming = IncomingSubmission(json.dumps(rows).encode(), "application/json", partial=options.pop("partial", False))
    return await submit(database, caller, incoming, raw, NOW, **options)


async def collect_problems(database: AsyncConnection, caller: Caller, *rows: dict[str, str]) -> list[tuple[str, str]]:
    """Column and code of all that is wrong with the rows."""
    with pytest.raises(Refused) as refusal:
        await submit_rows(database, caller, *rows)
    found = [problem for row in refusal.value.answer["rows"] for problem in row.get("problems", [])]
    return [(problem["column"], problem["code"]) for problem in found if problem["severity"] == "error"]


async def create_reviewer(shipped: AsyncConnection, region: str) -> dict[str, str]:
    await create_office(shipped, region.lower(), countries=[], regions=[region])
    return build_bearer(await create_key(shipped, region.lower(), "reviewer"))

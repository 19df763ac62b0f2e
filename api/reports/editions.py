"""Editions of reports: freeze, fetch and list them."""

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.exceptions import NotFound, UserError
from api.reports.document import ReportDocument
from api.reports.figures import compute_figures
from api.reports.parameters import Area, ReportDays
from api.values.datetimes import format_moment
from models.report.reconciliation import SumFailed, check_cut_off, check_sums
from models.tables.report_edition import (
    record_erratum,
    select_edition,
    select_editions,
    select_errata,
    select_latest_edition,
    store_edition,
)
from models.tables.revision import acquire_write_lock


class EditionError(UserError):
    """Reason why the edition cannot be published."""


async def freeze_edition(connection: AsyncConnection, area: Area, on: dt.date) -> int:
    """Freeze the next edition of the area, with changes from the figures of the previous edition, and return its
    number.

    A lock prevents updates meanwhile, so that the edition contains all data of its moment. Raises EditionRefused,
    naming the sum that failed, or if the day is not after the previous edition's day.
    """
    await acquire_write_lock(connection)
    known_at: dt.datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    previous = (await connection.execute(select_latest_edition(area.level, area.code))).mappings().one_or_none()
    if previous and previous["cut_off"] >= on:
        reason = f"edition {previous['number']} has the data of {previous['cut_off']}"
        raise EditionError(f"{reason}: the next edition needs a later day")
    days = ReportDays(on, previous["cut_off"] if previous else None)
    figures = await compute_figures(connection, area, days, (known_at, None), previous["figures"] if previous else None)
    try:
        check_cut_off(on, known_at)
        check_sums(figures)
    except SumFailed as failed:
        raise EditionError(f"the edition is not published: {failed}") from None
    number = previous["number"] + 1 if previous else 1
    frozen = {"number": number, "cut_off": on, "known_at": known_at, "previous_id": previous and previous["id"]}
    await store_edition(connection, level=area.level, area=area.code, figures=figures, **frozen)
    return number


async def fetch_edition(
    connection: AsyncConnection, area: Area, number: int, language: str, root: str
) -> ReportDocument:
    """Fetch the edition as it was published, with its errata, or raise NotFound."""
    row = (await connection.execute(select_edition(area.level, area.code, number))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no edition {number} of {area.code or 'the world'}")
    details = {"number": number, "previous": number - 1 or None, "errata": (await _fetch_errata(connection))[row["id"]]}
    return ReportDocument(area, row["figures"], language, root, details)


async def add_erratum(connection: AsyncConnection, area: Area, number: int, says: str) -> None:
    """List an error of an edition, or raise EditionRefused if the edition does not exist."""
    row = (await connection.execute(select_edition(area.level, area.code, number))).mappings().one_or_none()
    if row is None:
        raise EditionError(f"there is no edition {number} of {area.code or 'the world'}")
    await record_erratum(connection, row["id"], says)


async def list_editions(connection: AsyncConnection) -> list[dict[str, Any]]:
    """Return all editions without their figures, each with its errata."""
    noted = await _fetch_errata(connection)
    return [
        {
            "level": row["level"],
            "area": row["area"],
            "number": row["number"],
            "cut_off": row["cut_off"].isoformat(),
            "known_at": format_moment(row["known_at"]),
            "errata": noted[row["id"]],
        }
        for row in (await connection.execute(select_editions())).mappings()
    ]


async def _fetch_errata(connection: AsyncConnection) -> defaultdict[int, list[dict[str, str]]]:
    noted: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    for row in (await connection.execute(select_errata())).mappings():
        noted[row["edition_id"]].append({"noted_at": format_moment(row["noted_at"]), "says": row["says"]})
    return noted

"""Editions of reports: freeze, fetch and list them."""

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.mendable import Mendable
from api.not_found import NotFound
from api.reports.asked import Area, ReportDays
from api.reports.gathered import gathered
from api.reports.made import Made
from api.time_parameters import moment_text
from models.report.edition import edition, editions, errata, freeze, latest_edition, note_erratum
from models.report.sums import SumFailed, refuse_unknown_days, refuse_what_does_not_add_up
from models.revision import take_turn


class EditionRefused(Mendable):
    """Reason why the edition cannot be published."""


async def freeze_edition(connection: AsyncConnection, area: Area, on: dt.date) -> int:
    """Freeze the next edition of the area, with changes from the figures of the previous edition, and return its
    number.

    A lock prevents updates meanwhile, so that the edition contains all data of its moment. Raises EditionRefused,
    naming the sum that failed, or if the day is not after the previous edition's day.
    """
    await take_turn(connection)
    known_at: dt.datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    previous = (await connection.execute(latest_edition(area.level, area.code))).mappings().one_or_none()
    if previous and previous["cut_off"] >= on:
        told = f"edition {previous['number']} tells of {previous['cut_off']}"
        raise EditionRefused(f"{told}: the next has to be of a later day")
    days = ReportDays(on, previous["cut_off"] if previous else None)
    figures = await gathered(connection, area, days, (known_at, None), previous["figures"] if previous else None)
    try:
        refuse_unknown_days(on, known_at)
        refuse_what_does_not_add_up(figures)
    except SumFailed as failed:
        raise EditionRefused(f"the edition is not published: {failed}") from None
    number = previous["number"] + 1 if previous else 1
    frozen = {"number": number, "cut_off": on, "known_at": known_at, "previous_id": previous and previous["id"]}
    await freeze(connection, level=area.level, area=area.code, figures=figures, **frozen)
    return number


async def found_edition(connection: AsyncConnection, area: Area, number: int, language: str, root: str) -> Made:
    """Fetch the edition as it was published, with its errata, or raise NotFound."""
    row = (await connection.execute(edition(area.level, area.code, number))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no edition {number} of {area.code or 'the world'}")
    details = {"number": number, "previous": number - 1 or None, "errata": (await _errata(connection))[row["id"]]}
    return Made(area, row["figures"], language, root, details)


async def add_erratum(connection: AsyncConnection, area: Area, number: int, says: str) -> None:
    """List an error of an edition, or raise EditionRefused if the edition does not exist."""
    row = (await connection.execute(edition(area.level, area.code, number))).mappings().one_or_none()
    if row is None:
        raise EditionRefused(f"there is no edition {number} of {area.code or 'the world'}")
    await note_erratum(connection, row["id"], says)


async def listed_editions(connection: AsyncConnection) -> list[dict[str, Any]]:
    """Return all editions without their figures, each with its errata."""
    noted = await _errata(connection)
    return [
        {
            "level": row["level"],
            "area": row["area"],
            "number": row["number"],
            "cut_off": row["cut_off"].isoformat(),
            "known_at": moment_text(row["known_at"]),
            "errata": noted[row["id"]],
        }
        for row in (await connection.execute(editions())).mappings()
    ]


async def _errata(connection: AsyncConnection) -> defaultdict[int, list[dict[str, str]]]:
    noted: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    for row in (await connection.execute(errata())).mappings():
        noted[row["edition_id"]].append({"noted_at": moment_text(row["noted_at"]), "says": row["says"]})
    return noted

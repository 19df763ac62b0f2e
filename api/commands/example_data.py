"""`crossings example-weeks`: fill a database with weeks of marked example data, through the submission service."""

import asyncio
import csv
import datetime as dt
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.auth.dependencies import Caller, fetch_caller
from api.commands.options import build_parser
from api.database.engine import build_engine, check_database
from api.exceptions import UserError
from api.offices.issue_key import NewKey, issue_office_key
from api.server.lifecycle import open_database
from api.settings import get_project_directory
from api.submissions.limits import get_limits
from api.submissions.readers.registry import read_submission
from api.submissions.service import submit
from api.submissions.submission import IncomingSubmission
from api.values.days import parse_day, parse_record_day
from models.accounts.offices import OfficeEntry, add_office, fetch_office
from models.queries.example_data import EXAMPLE_OFFICE as OFFICE
from models.queries.example_data import select_points_with_region
from models.tables.country import Country

SHARE_COLUMNS = ("closed_pct", "partial_pct", "full_pct")
# How much more closed (positive) or open a region's points were than the world's, from the editions.
REGIONS = {"WCA": 0.35, "SAM": 0.25, "MENA": 0.2, "SAF": 0.15, "EHA": -0.1, "SEEECA": -0.1, "CNAC": -0.05, "EEA": -0.5}
TYPES = {"land_border_point": 0.2, "airport": 0.0, "blue_border_point": -0.1}
# Standard deviation of a point's weekly change: most points have the same status in the next week.
WEEKLY_CHANGE = 0.05
PARTIAL_STATUSES = ("partially_operational", "returning_nationals_and_residents_only", "closed_for_entry")
POPULATIONS = ("regular_travellers", "nationals", "stranded_migrants", "tourists", "asylum_seekers")


@dataclass(frozen=True, slots=True)
class ExamplePoint:
    """A point of entry with its type and the IOM region of its country."""

    code: str
    poe_type: str
    region: str | None


@dataclass(frozen=True, slots=True)
class PublishedShares:
    """Shares that IOM published, in per cent: closed, partly and fully operational points by report date."""

    days: list[dt.date]
    shares: list[tuple[float, float, float]]

    @classmethod
    def read(cls, path: Path) -> "PublishedShares":
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        days = [parse_day(row["report_date"]) for row in rows]
        return cls(
            days,
            [
                (float(row[SHARE_COLUMNS[0]]), float(row[SHARE_COLUMNS[1]]), float(row[SHARE_COLUMNS[2]]))
                for row in rows
            ],
        )

    def interpolate(self, day: dt.date) -> tuple[float, float, float]:
        """Interpolate the shares of a day between two editions; beyond the first or last edition return its shares."""
        after = next((i for i, known in enumerate(self.days) if known >= day), None)
        if after is None or after == 0:
            return self.shares[-1 if after is None else 0]
        part = (day - self.days[after - 1]).days / (self.days[after] - self.days[after - 1]).days
        before, then = self.shares[after - 1], self.shares[after]
        closed, partial, full = (one + part * (other - one) for one, other in zip(before, then, strict=True))
        return closed, partial, full


def generate_example_weeks(
    points: Sequence[ExamplePoint], published: PublishedShares, first: dt.date, weeks: int, seed: int = 1
) -> Iterator[tuple[dt.date, dict[str, Any]]]:
    """Yield each week's day and submission as JSON. The same seed gives the same weeks."""
    for day, statuses in generate_weekly_statuses(points, published, first, weeks, seed):
        rows = [build_example_row(point, status, day, seed) for point, status in zip(points, statuses, strict=True)]
        yield day, {"rows": rows}


def generate_weekly_statuses(
    points: Sequence[ExamplePoint], published: PublishedShares, first: dt.date, weeks: int, seed: int = 1
) -> Iterator[tuple[dt.date, list[str]]]:
    """Yield each week's day and the points' statuses: open, partially, closed or unknown."""
    chance = random.Random(seed)  # noqa: S311 - example data, no secret
    strictness = [chance.gauss(0, 0.5) + REGIONS.get(p.region or "", 0) + TYPES.get(p.poe_type, 0) for p in points]
    for week in range(weeks):
        day = first + dt.timedelta(weeks=week)
        strictness = [value + chance.gauss(0, WEEKLY_CHANGE) for value in strictness]
        yield day, _assign_statuses(strictness, published.interpolate(day))


def _assign_statuses(strictness: Sequence[float], shares: tuple[float, float, float]) -> list[str]:
    """Assign closed to the strictest points, partially to the next, open to the least strict, unknown in between."""
    order = sorted(range(len(strictness)), key=lambda place: -strictness[place])
    closed, partial, full = (round(len(order) * share / 100) for share in shares)
    statuses = ["unknown"] * len(order)
    for rank, place in enumerate(order):
        if rank < closed:
            statuses[place] = "closed"
        elif rank < closed + partial:
            statuses[place] = "partially"
        elif rank >= len(order) - full:
            statuses[place] = "open"
    return statuses


def build_example_row(point: ExamplePoint, status: str, day: dt.date, seed: int) -> dict[str, Any]:
    """Build a row of a submission. Its details depend on the point alone, so they change only with the status."""
    chance = random.Random(f"{seed} {point.code}")  # noqa: S311
    partial, populations = chance.choice(PARTIAL_STATUSES), sorted(chance.sample(POPULATIONS, 2))
    row: dict[str, Any] = {
        "point": point.code,
        "assessed_on": day.isoformat(),
        "operational_status": partial if status == "partially" else status,
        "source": "example data",
        "confidence": "assumed",
        "comment": "Example data, not real",
    }
    if status in {"closed", "partially"}:
        row |= {"measures": ["movement_restricted"], "affected_populations": populations}
        row |= {"expected_duration": chance.choice(("14_days_to_1_month", "1_to_3_months", "unknown"))}
    return row


console = Console(stderr=True)
NAME = "Example data (not real)"
SHARES = get_project_directory() / "data/iom_published_poe_shares.csv"
# The week of the first edition.
FIRST_WEEK = dt.date(2020, 6, 3)
Weeks = Annotated[int, typer.Option(min=1, max=520, help="Number of weeks.")]
First = Annotated[
    dt.date, typer.Option(parser=build_parser(parse_record_day), metavar="DAY", help="Day of the first week.")
]
Seed = Annotated[int, typer.Option(help="Random seed; the same seed gives the same data.")]


class NoPoints(UserError):
    """Register without points for example data."""


def post_example_weeks(weeks: Weeks = 40, first: First = FIRST_WEEK, seed: Seed = 1) -> None:
    """Post weeks of example assessments, marked as such everywhere, for demonstrations and benchmarks."""
    with open_database() as address:
        asyncio.run(_post_weeks(address, weeks, first, seed))


async def _post_weeks(address: str, weeks: int, first: dt.date, seed: int) -> None:
    engine = build_engine(address)
    try:
        await check_database(engine)
        async with engine.begin() as connection:
            caller = await _create_example_caller(connection)
            points = [ExamplePoint(*row) for row in await connection.execute(select_points_with_region(first))]
            if not points:
                raise NoPoints(
                    f"there are no points of entry on {first}: `crossings load shipped` loads the points of the world"
                )
        for day, submission in generate_example_weeks(points, PublishedShares.read(SHARES), first, weeks, seed):
            await _post(engine, caller, day, json.dumps(submission).encode(), seed)
    finally:
        await engine.dispose()


async def _post(engine: AsyncEngine, caller: Caller, day: dt.date, body: bytes, seed: int) -> None:
    raw = await asyncio.to_thread(read_submission, body, "application/json", None, get_limits())
    incoming = IncomingSubmission(
        body, "application/json", f"example-{day}.json", idempotency_key=f"example {seed} {day}"
    )
    async with engine.begin() as connection:
        answer = await submit(connection, caller, incoming, raw, dt.datetime.now(dt.UTC))
    counts = ", ".join(f"{number:,} {name}" for name, number in answer["counts"].items() if number)
    console.print(f"{day}: {counts}", highlight=False)


async def _create_example_caller(connection: AsyncConnection) -> Caller:
    """Create the office of the example data if needed, and a key with a secret that is never shown."""
    now = dt.datetime.now(dt.UTC)
    if await fetch_office(connection, OFFICE) is None:
        countries = list((await connection.scalars(select(Country.iso3).order_by(Country.iso3))).all())
        entry = OfficeEntry(OFFICE, NAME, "en", needs_review=False, countries=countries, regions=[])
        await add_office(connection, entry, by=None, at=now)
    key = await issue_office_key(
        connection, OFFICE, NewKey(role="office", label="example data", expires_in_days=1), by=None
    )
    return await fetch_caller(connection, key.prefix, now.date())

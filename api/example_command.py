"""`crossings example-weeks`: fill a database with weeks of marked example data, through the submission service."""

import asyncio
import datetime as dt
import json
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.callers import Caller, fetch_caller
from api.command_options import build_parser
from api.database import build_engine, check_database
from api.example_weeks import ExamplePoint, PublishedShares, generate_example_weeks
from api.mendable import UserError
from api.new_key import NewKey, issue_office_key
from api.serve import open_database
from api.settings import get_project_directory
from api.submissions.door import submit
from api.submissions.incoming import IncomingSubmission
from api.submissions.limits import get_limits
from api.submissions.reading import read_submission
from api.values.days import parse_record_day
from models.country import Country
from models.example_data import EXAMPLE_OFFICE as OFFICE
from models.example_points import select_points_with_region
from models.offices import OfficeEntry, add_office, fetch_office

console = Console(stderr=True)
NAME = "Example data (not real)"
SHARES = get_project_directory() / "data/iom_published_poe_shares.csv"
# The week of the first edition.
FIRST_WEEK = dt.date(2020, 6, 3)
Weeks = Annotated[int, typer.Option(min=1, max=520, help="How many weeks.")]
First = Annotated[
    dt.date, typer.Option(parser=build_parser(parse_record_day), metavar="DAY", help="The day of the first.")
]
Seed = Annotated[int, typer.Option(help="Another number gives other weeks; the same one the same.")]


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
                    f"there are no points of entry on {first}: `crossings load shipped` loads those of the world"
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

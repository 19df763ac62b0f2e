"""Points that open and close at random, to make reports of."""

import datetime as dt
import random

import httpx
from helpers.factories import add_poe, fetch_source_id, record_status
from helpers.http import Document, get_json
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.assessments import record_assessments
from models.recording.restrictions import MeasureRow
from models.tables.revision import begin_revision

REPORT = "/reports/points-of-entry"
ON, COMPARE = dt.date(2020, 4, 30), dt.date(2020, 4, 9)
FIRST = dt.date(2019, 10, 1)
STATUSES = (
    *("open", "closed", "closed_for_entry", "closed_for_exit", "commercial_traffic_only"),
    *("returning_nationals_and_residents_only", "partially_operational", "unknown"),
)
MEASURES = ("movement_restricted", "medical_requirements", "mandatory_quarantine", "other")
POPULATIONS = ("nationals", "tourists", "regular_travellers", "crew")
DURATIONS = (None, "under_14_days", "14_days_to_1_month", "unknown")
# TKM's points are never assessed; ATA is in no region of IOM's.
COUNTRIES = ("SRB", "FRA", "KEN", "NAM", "FJI", "COL", "IRQ", "ATA")
TYPES = ("airport", "land_border_point", "blue_border_point", "internal_transit_point")


async def add_points(database: AsyncConnection, number: int = 120, seed: int = 11) -> None:
    """Points of several countries; some retired, some retyped in between, some proposed, some never assessed."""
    chance = random.Random(seed)
    for place in range(number):
        code, iso3, poe_type = f"R-{place}", chance.choice(COUNTRIES), chance.choice(TYPES)
        longitude, latitude = chance.uniform(-20, 40), chance.uniform(-40, 40)
        point = await add_poe(database, code, longitude, latitude, iso3=iso3, poe_type=poe_type)
        for _ in range(chance.randrange(5)):
            await record_random_statuses(database, point, chance)
        if place % 10 == 0:
            changed = {"lifecycle": "retired"} if place % 20 else {"poe_type": "airport"}
            day = dt.date(2020, 3, 1) + dt.timedelta(chance.randrange(90))
            entry = {"iso3": iso3, "poe_type": poe_type} | changed
            await add_poe(database, code, longitude, latitude, changes_from=day, **entry)
    await add_poe(database, "R-TKM", 58.4, 37.9, iso3="TKM")
    await add_poe(database, "R-NEW", 20.0, 44.0, iso3="SRB", lifecycle="proposed")


async def record_random_statuses(database: AsyncConnection, point: int, chance: random.Random) -> None:
    since = FIRST + dt.timedelta(chance.randrange(210))
    until = chance.choice((None, None, (since + dt.timedelta(chance.randrange(1, 60))).isoformat()))
    chosen = chance.sample(MEASURES, chance.randrange(3))
    rows = [MeasureRow(each, affected_populations=tuple(chance.sample(POPULATIONS, 2))) for each in chosen]
    status, duration = chance.choice(STATUSES), chance.choice(DURATIONS)
    await record_status(database, point, status, since.isoformat(), until, measures=rows, expected_duration=duration)
    if chance.random() < 0.8:
        await record_empty_assessment(database, point, since)


async def record_empty_assessment(database: AsyncConnection, point: int, on: dt.date) -> None:
    """An office looks at the point, without a word of its status."""
    row = {"point_of_entry_id": point, "assessed_on": on, "source_id": await fetch_source_id(database)}
    nothing = dict.fromkeys(("estimated_daily_inflow", "estimated_daily_outflow", "comment"))
    await record_assessments(database, [row | nothing], await begin_revision(database, "test"))


async def get_report(client: httpx.AsyncClient, **query: object) -> Document:
    return await get_json(client, REPORT, **({"on": ON, "compare": COMPARE, "f": "json"} | query))

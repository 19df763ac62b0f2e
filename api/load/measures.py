"""Loading country measures: OxCGRT's indicators C8, C7 and C5 as change intervals, in the shipped form."""

import datetime as dt
from typing import Any

from api.load.checked_row import CheckedRow
from api.load.intake import Intake
from api.load.table_file import rows_of
from models.ledgers import COUNTRY_MEASURES
from models.news import record_news
from models.record_restrictions import day_range

INDICATORS = {
    "C8_restrictions_on_international_travel": "international_travel",
    "C7_restrictions_on_internal_movement": "internal_movement",
    "C5_close_public_transport": "public_transport",
}


async def measures(intake: Intake) -> None:
    """Load the measures. A file without the column `indicator` is one of international travel (C8).

    `valid_to` in the file is the last day on which the level held. The last interval of a country ends where
    observation ended: it is not still in force.
    """
    countries, source_ids = await intake.countries(), await intake.source_ids()
    news = intake.checked(rows_of(intake.path), lambda row: _measure(row, countries, source_ids["oxcgrt"]))
    intake.count(await record_news(intake.connection, COUNTRY_MEASURES, news, intake.recorded_at))


def _measure(row: CheckedRow, countries: frozenset[str], source_id: int) -> dict[str, Any]:
    indicator = _indicator(row)
    first, last = row.day("valid_from"), row.day("valid_to")
    if last < first:
        row.complain("valid_to", f"lies before valid_from {first}")
        last = first
    return {
        "imposing_iso3": row.country("iso3", countries),
        "origin_iso3": None,
        "indicator": indicator,
        "level": row.code("level", indicator),
        "measure_codes": [],
        "geographic_scope": row.code("geographic_scope", "geographic_scope") if row.text("geographic_scope") else None,
        "source_id": source_id,
        "source_reference": row.text("record_id"),
        "comment": None,
        "valid_during": day_range(first, last + dt.timedelta(days=1)),
    }


def _indicator(row: CheckedRow) -> str:
    if "indicator" not in row.values:
        return "international_travel"
    if row.values["indicator"] not in INDICATORS:
        row.complain("indicator", f"is not one of {', '.join(INDICATORS)}")
    return INDICATORS.get(row.values["indicator"], "international_travel")

"""Row of a page of features from the database, checked for unknown places."""

import asyncio
from contextlib import nullcontext

from api.answering import DatabaseReader
from api.crs_parameter import translate_database_errors
from api.feature_query import FeatureQuery
from api.parameters import FeaturesParameters
from api.places import refuse_unknown_codes
from api.prepared import Row
from api.settings import get_settings

# Responses of many megabytes built at the same time: each is in memory several times.
LARGE_PAGE_FEATURES = 2000
MAX_LARGE_PAGES = 2
_large_page_slots = asyncio.Semaphore(MAX_LARGE_PAGES)


async def fetch_page_row(
    answers: DatabaseReader, query: FeatureQuery, limit: int, parameters: FeaturesParameters
) -> Row:
    """Fetch the row of one page, as `FeatureQuery.page` describes. Raises BadParameters."""
    with translate_database_errors(parameters):
        async with _large_page_slots if limit > LARGE_PAGE_FEATURES else nullcontext():
            row = await fetch_row(answers, query, limit, parameters.after)
    refuse_unknown_codes(row["unknown_countries"], row["unknown_regions"])
    return row


async def fetch_row(answers: DatabaseReader, query: FeatureQuery, limit: int, after: str | None = None) -> Row:
    """Fetch the row of a page, as `FeatureQuery.page` describes; a query with a condition has a shorter time limit."""
    time_limit_s = get_settings().crossings_public_statement_timeout_s if query.condition else None
    return await answers.fetch_row(*query.select_page(limit, after), time_limit_s=time_limit_s)

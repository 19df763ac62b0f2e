"""Row of a page of features from the database, checked for unknown places."""

import asyncio
from contextlib import nullcontext

from api.answering import Answers
from api.crs_parameter import in_their_domain
from api.feature_query import FeatureQuery
from api.parameters import FeaturesParameters
from api.places import refuse_unknown
from api.prepared import Row
from api.settings import settings

# Responses of many megabytes built at the same time: each is in memory several times.
LARGE_FEATURES = 2000
LARGE_AT_ONCE = 2
_large = asyncio.Semaphore(LARGE_AT_ONCE)


async def page_row(answers: Answers, query: FeatureQuery, limit: int, parameters: FeaturesParameters) -> Row:
    """Fetch the row of one page, as `FeatureQuery.page` describes. Raises BadParameters."""
    with in_their_domain(parameters):
        async with _large if limit > LARGE_FEATURES else nullcontext():
            row = await row_of(answers, query, limit, parameters.after)
    refuse_unknown(row["unknown_countries"], row["unknown_regions"])
    return row


async def row_of(answers: Answers, query: FeatureQuery, limit: int, after: str | None = None) -> Row:
    """Fetch the row of a page, as `FeatureQuery.page` describes; a query with a condition has a shorter time limit."""
    time_limit_s = settings().crossings_public_statement_timeout_s if query.condition else None
    return await answers.row(*query.page(limit, after), time_limit_s=time_limit_s)

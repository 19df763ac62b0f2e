"""The row of the database that answers a request for features, checked."""

import asyncio
from contextlib import nullcontext

from api.answering import Answers
from api.crs_parameter import in_their_domain
from api.feature_query import FeatureQuery
from api.parameters import FeaturesParameters
from api.places import refuse_unknown
from api.prepared import Row
from api.server.limited_reading import limited_reading

# Answers of many megabytes that are made at the same time: each is in memory several times over.
LARGE_FEATURES = 2000
LARGE_AT_ONCE = 2
_large = asyncio.Semaphore(LARGE_AT_ONCE)


async def page_row(answers: Answers, query: FeatureQuery, limit: int, parameters: FeaturesParameters) -> Row:
    """The row of one page, as FeatureQuery.page describes it. Raises BadParameters."""
    with in_their_domain(parameters):
        async with _large if limit > LARGE_FEATURES else nullcontext():
            row = await row_of(answers, query, limit, parameters.after)
    refuse_unknown(row["unknown_countries"], row["unknown_regions"])
    return row


async def row_of(answers: Answers, query: FeatureQuery, limit: int, after: str | None = None) -> Row:
    """What a client's filter is made of stays apart from the text of the statement, which is then not kept."""
    statement, values = query.page(limit, after)
    if query.condition is None:
        return await answers.row(statement, values)
    async with limited_reading(answers) as connection:
        return (await connection.execute(statement, values)).mappings().one()

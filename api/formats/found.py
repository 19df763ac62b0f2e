"""The features of a file as they come from the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.feature_query import FeatureQuery, RowKind

ROWS_AT_A_TIME = 500


@dataclass(slots=True)
class Found:
    """All features, or a page of them; behind them it is known whether `more` follow, and where the page ended."""

    connection: AsyncConnection
    query: FeatureQuery
    limit: int | None = None
    after: str | None = None
    count: int = 0
    end: list[Any] | None = None
    more: bool = False

    async def texts(self, kind: RowKind) -> AsyncIterator[str]:
        """One text for each feature."""
        statement, values = self.query.rows(kind, self.limit, self.after)
        options = {"yield_per": ROWS_AT_A_TIME}
        async for text, end in await self.connection.stream(statement, values, execution_options=options):
            if self.count == self.limit:
                self.more = True
                return
            self.count, self.end = self.count + 1, end
            yield text

"""Stream of the features of a file from the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections.query import FeatureQuery
from api.database.prepared_statements import stream
from api.formats.format import RowKind

FETCH_ROWS = 200


@dataclass(slots=True)
class FeatureStream:
    """All features, or a page of them.

    At the end of a page, `more` is set if features follow it, and `end` is the cursor of its last feature as a JSON
    array.
    """

    connection: AsyncConnection
    query: FeatureQuery
    limit: int | None = None
    after: str | None = None
    count: int = 0
    end: str | None = None
    more: bool = False

    async def stream_rows(self, kind: RowKind) -> AsyncIterator[str]:
        """Stream one text for each feature."""
        statement, values = self.query.select_rows(kind, self.limit, self.after)
        async for text, end in stream(self.connection, statement, values, FETCH_ROWS):
            if self.count == self.limit:
                self.more = True
                return
            self.count, self.end = self.count + 1, end
            yield text

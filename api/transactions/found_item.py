"""The current item of an edit, and the rows that change it."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.callers import Caller
from api.collections import Collection
from api.feature_query import FeatureQuery
from api.item import identity_of
from api.not_found import NotFound
from api.prepared import execute
from api.proposed_item import proposed_feature
from api.time_parameters import today
from api.transactions.point_rows import changed_point, retired_point
from api.transactions.restriction_rows import changed_restriction, retracted_restriction
from api.transactions.sent_feature import SentFeature
from models.question import Question
from models.register import point_ids
from models.restriction_content import Content, believed_content

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PointItem:
    """A point of entry: `point` is its id, `current` the feature."""

    point: int
    code: str
    current: Json

    @property
    def is_proposed(self) -> bool:
        return bool(self.current["properties"]["lifecycle"] == "proposed")

    def changed(self, sent: SentFeature, *, is_whole: bool) -> list[Json]:
        return changed_point(self.code, self.current, sent, is_whole=is_whole)

    def removed(self) -> list[Json]:
        return [retired_point(self.code)]


@dataclass(frozen=True, slots=True)
class RestrictionItem:
    """A current restriction, and `current` as a feature."""

    content: Content
    current: Json
    is_proposed = False

    @property
    def point(self) -> int:
        return int(self.content.point_of_entry_id)

    def changed(self, sent: SentFeature, *, is_whole: bool) -> list[Json]:
        return changed_restriction(self.content, self.current, sent, today(), is_whole=is_whole)

    def removed(self) -> list[Json]:
        return retracted_restriction(self.content, today())


async def item_found(
    connection: AsyncConnection, caller: Caller, collection: Collection, item_id: str
) -> PointItem | RestrictionItem:
    """Find the item. Raise NotFound, or NoLongerBelieved for a record that several records or no record replaced."""
    identity = identity_of(collection, item_id)
    if collection.id == "restrictions":
        content = await believed_content(connection, int(identity))
        current = await _feature(connection, collection, content.id) if content else None
        if content is None or current is None:
            raise NotFound(f"there is no {collection.item} {item_id!r}")
        return RestrictionItem(content, current)
    current = await _feature(connection, collection, item_id) or await proposed_feature(connection, caller, item_id)
    if current is None:
        raise NotFound(f"there is no {collection.item} {item_id!r}")
    return PointItem((await point_ids(connection, [item_id]))[item_id], item_id, current)


async def _feature(connection: AsyncConnection, collection: Collection, identity: str | int) -> Json | None:
    days = collection.days_by_default(today())
    query = FeatureQuery(collection, Question(days=days, identity=identity))
    text = (await execute(connection, *query.page(limit=1))).scalars().first()
    return None if text is None else json.loads(text)

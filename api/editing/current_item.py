"""The current item of an edit, and the rows that change it."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller
from api.collections.query import FeatureQuery
from api.collections.registry import Collection
from api.database.prepared_statements import execute
from api.editing.point_rows import build_point_change, build_point_retirement
from api.editing.request_body import FeatureBody
from api.editing.restriction_rows import build_restriction_change, build_restriction_retraction
from api.exceptions import NotFound
from api.features.item import parse_item_id
from api.features.proposed_item import fetch_proposed_feature
from api.values.datetimes import get_today
from models.queries.filters import FeatureFilter
from models.queries.restriction_detail import RestrictionDetail, fetch_current_restriction
from models.recording.register import fetch_point_ids

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

    def changed(self, sent: FeatureBody, *, is_whole: bool) -> list[Json]:
        return build_point_change(self.code, self.current, sent, is_whole=is_whole)

    def build_removal(self) -> list[Json]:
        return [build_point_retirement(self.code)]


@dataclass(frozen=True, slots=True)
class RestrictionItem:
    """A current restriction, and `current` as a feature."""

    content: RestrictionDetail
    current: Json
    is_proposed = False

    @property
    def point(self) -> int:
        return int(self.content.point_of_entry_id)

    def changed(self, sent: FeatureBody, *, is_whole: bool) -> list[Json]:
        return build_restriction_change(self.content, self.current, sent, get_today(), is_whole=is_whole)

    def build_removal(self) -> list[Json]:
        return build_restriction_retraction(self.content, get_today())


async def find_item(
    connection: AsyncConnection, caller: Caller, collection: Collection, item_id: str
) -> PointItem | RestrictionItem:
    """Find the item. Raise NotFound, or NoLongerBelieved for a record that several records or no record replaced."""
    identity = parse_item_id(collection, item_id)
    if collection.id == "restrictions":
        content = await fetch_current_restriction(connection, int(identity))
        current = await _fetch_feature(connection, collection, content.id) if content else None
        if content is None or current is None:
            raise NotFound(f"there is no {collection.item} {item_id!r}")
        return RestrictionItem(content, current)
    current = await _fetch_feature(connection, collection, item_id) or await fetch_proposed_feature(
        connection, caller, item_id
    )
    if current is None:
        raise NotFound(f"there is no {collection.item} {item_id!r}")
    return PointItem((await fetch_point_ids(connection, [item_id]))[item_id], item_id, current)


async def _fetch_feature(connection: AsyncConnection, collection: Collection, identity: str | int) -> Json | None:
    days = collection.resolve_default_days(get_today())
    query = FeatureQuery(collection, FeatureFilter(days=days, identity=identity))
    text = (await execute(connection, *query.select_page(limit=1))).scalars().first()
    return None if text is None else json.loads(text)

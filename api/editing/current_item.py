"""The current item of an edit, and the rows that change it."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import Caller
from api.collections.collection import EditedKind
from api.collections.query import FeatureQuery
from api.collections.registry import Collection
from api.database.prepared_statements import execute
from api.editing.point_rows import build_new_point, build_point_change, build_point_retirement
from api.editing.request_body import FeatureBody
from api.editing.restriction_rows import (
    build_new_restriction,
    build_restriction_change,
    build_restriction_retraction,
)
from api.exceptions import NotFound
from api.features.item import parse_item_id
from api.features.proposed_item import fetch_proposed_feature
from api.values.datetimes import get_today
from models.queries.restriction_detail import RestrictionDetail, fetch_current_restriction
from models.recording.register import fetch_point_ids

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PointItem:
    """A point of entry: `point` is its id, `current` the feature."""

    is_named_by_point: ClassVar[bool] = True
    point: int
    code: str
    current: Json

    @classmethod
    async def find(
        cls, connection: AsyncConnection, caller: Caller, collection: Collection, item_id: str
    ) -> "PointItem":
        """Find the point, also a proposed one. Raise NotFound."""
        parse_item_id(collection, item_id)
        current = await _fetch_feature(connection, collection, item_id) or await fetch_proposed_feature(
            connection, caller, item_id
        )
        if current is None:
            raise NotFound(f"there is no {collection.item} {item_id!r}")
        return cls((await fetch_point_ids(connection, [item_id]))[item_id], item_id, current)

    @staticmethod
    def build_new(sent: FeatureBody) -> list[Json]:
        return [build_new_point(sent)]

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

    is_named_by_point: ClassVar[bool] = False
    is_proposed: ClassVar[bool] = False
    content: RestrictionDetail
    current: Json

    @classmethod
    async def find(
        cls, connection: AsyncConnection, _: Caller, collection: Collection, item_id: str
    ) -> "RestrictionItem":
        """Find the record. Raise NotFound, or NoLongerBelieved if several records or no record replaced it."""
        content = await fetch_current_restriction(connection, int(parse_item_id(collection, item_id)))
        current = await _fetch_feature(connection, collection, content.id) if content else None
        if content is None or current is None:
            raise NotFound(f"there is no {collection.item} {item_id!r}")
        return cls(content, current)

    @staticmethod
    def build_new(sent: FeatureBody) -> list[Json]:
        return build_new_restriction(sent, get_today())

    @property
    def point(self) -> int:
        return int(self.content.point_of_entry_id)

    def changed(self, sent: FeatureBody, *, is_whole: bool) -> list[Json]:
        return build_restriction_change(self.content, self.current, sent, get_today(), is_whole=is_whole)

    def build_removal(self) -> list[Json]:
        return build_restriction_retraction(self.content, get_today())


# The items of each kind of editing.
ITEM_TYPES: dict[EditedKind, type[PointItem] | type[RestrictionItem]] = {"point": PointItem, "record": RestrictionItem}


async def _fetch_feature(connection: AsyncConnection, collection: Collection, identity: str | int) -> Json | None:
    days = collection.resolve_default_days(get_today())
    query = FeatureQuery(collection, collection.build_filter(days, identity=identity))
    text = (await execute(connection, *query.select_page(limit=1))).scalars().first()
    return None if text is None else json.loads(text)

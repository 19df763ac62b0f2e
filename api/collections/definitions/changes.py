"""Changes: points whose status or measures differ between the first and the last day."""

import datetime as dt
from dataclasses import replace

from pydantic import field_validator

from api.collections.collection import Collection, ItemsPage, QgisLayer, StatusSymbols, TileDefinition
from api.collections.point_parameters import POINT_CHOICES, POINT_TILE_PROPERTIES, PointsParameters
from models.queries.changes_between_days import count_changes, select_changes
from models.queries.extent import select_point_extent
from models.queries.filters import FeatureFilter
from models.tables.bitemporal import BEGINNING_OF_TIME, Days

WEEK = dt.timedelta(days=7)


class ChangesParameters(PointsParameters):
    """Parameters of the changes: within an interval, since the day before a single day, or by default in a week."""

    @field_validator("datetime")
    @classmethod
    def _check_day_before(cls, days: Days | None) -> Days | None:
        if days is not None and days.first == days.last == BEGINNING_OF_TIME:
            raise ValueError("the first possible day has no earlier day to compare with")
        return days

    def build_filter(self, today: dt.date, as_known_at: dt.datetime | None) -> FeatureFilter:
        question = super().build_filter(today, as_known_at)
        days = question.days if self.datetime else Days(today - WEEK, today)
        if days.first == days.last:
            days = Days(days.first - dt.timedelta(days=1), days.last)
        return replace(question, days=days)


CHANGES = Collection(
    id="changes",
    title="Changes",
    description="Points of entry whose status or measures differ between the first and the last of the requested days "
    "(`datetime=first/last`, default the last week): the values before and after.",
    item="change",
    parameters=ChangesParameters,
    answering=select_changes,
    matched=count_changes,
    extent=select_point_extent,
    tile=TileDefinition((*POINT_TILE_PROPERTIES, "status_group_before", "status_before", "since"), clusters="status"),
    symbols=StatusSymbols(missing_status=True),
    qgis=QgisLayer(place=2, view="Changes of the last week"),
    page=ItemsPage(
        (
            ("name", "Name"),
            ("poe_type", "Type"),
            ("country", "Country"),
            ("status_before", "Before"),
            ("operational_status", "Now"),
            ("since", "Since"),
            ("comment", "Comment"),
        ),
        POINT_CHOICES,
    ),
)
